/** What Fyers' access token says of itself: it is a JWT, whose signature only Fyers can check. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Claims = Schema.Struct({
  /** Epoch s. */
  exp: Schema.Finite,
  fy_id: Schema.NonEmptyString,
  display_name: Schema.optionalKey(Schema.NullOr(Schema.String)),
  /** Opens the data socket; tokens of old apps have none. */
  hsm_key: Schema.optionalKey(Schema.NullOr(Schema.String))
})
export type FyersClaims = typeof Claims.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Claims))

/** `undefined` for what is no such token. */
export const readFyersToken = (token: string): FyersClaims | undefined => {
  const [, claims = ""] = token.split(".")
  return Option.getOrUndefined(decode(Buffer.from(claims, "base64url").toString("utf8")))
}
