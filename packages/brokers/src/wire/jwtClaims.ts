/** What a JSON Web Token says of itself, as JSON text; its signature only the broker can check. Empty for what is none. */
export const jwtClaims = (token: string): string => {
  const [, claims = ""] = token.split(".")
  return Buffer.from(claims, "base64url").toString("utf8")
}
