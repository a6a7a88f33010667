import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { MalformedFrame } from "./MalformedFrame.ts"

/** A text frame as the schema has it, or why it is not; `protocol` names it in the error. */
export const parseJsonFrame = <S extends Schema.ConstraintDecoder<unknown>>(
  protocol: string,
  schema: S
): (text: string) => S["Type"] | MalformedFrame => {
  const decode = Schema.decodeUnknownResult(Schema.fromJsonString(schema))
  return (text) => {
    const decoded = decode(text)
    if (Result.isSuccess(decoded)) return decoded.success
    // The text may hold an account's data, so the error tells only what was wrong with it.
    return new MalformedFrame({ protocol, length: text.length, offset: 0, problem: "the text is not as documented" })
  }
}
