/** What Fyers' access token says of itself. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { jwtClaims } from "../wire/jwtClaims.ts"

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
export const readFyersToken = (token: string): FyersClaims | undefined =>
  Option.getOrUndefined(decode(jwtClaims(token)))
