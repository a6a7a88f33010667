import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { jwtClaims } from "../wire/jwtClaims.ts"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ exp: Schema.Finite })))

/** When Angel's JWT ends by its own word, epoch s; `undefined` when it does not say. */
export const angelTokenExpiry = (token: string): number | undefined =>
  Option.getOrUndefined(decode(jwtClaims(token)))?.exp
