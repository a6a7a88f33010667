import { createHmac } from "node:crypto"

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A JSON Web Token signed with HS256, as Fyers' grants and tokens and Angel's tokens are. */
export const signJwt = (claims: object, key: string): string => {
  const text = `${part({ typ: "JWT", alg: "HS256" })}.${part(claims)}`
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`
}
