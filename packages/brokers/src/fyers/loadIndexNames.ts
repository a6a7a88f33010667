/** Names by which Fyers' data socket knows indices: `NSE:NIFTY50-INDEX` is `Nifty 50`. The official SDK has the list. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Names = Schema.Record(Schema.String, Schema.String)

export const loadIndexNames: Effect.Effect<ReadonlyMap<string, string>> = Effect.map(
  Effect.promise(async () => {
    // The SDK has no declarations; its list is decoded below.
    const { default: mapper } = (await import("fyers-api-v3/HSM/mapper.js")) as unknown as {
      readonly default: { readonly index_dict: unknown }
    }
    return mapper.index_dict
  }),
  (names) => {
    const decoded = Schema.decodeUnknownOption(Names)(names)
    return new Map(Object.entries(decoded._tag === "Some" ? decoded.value : {}))
  }
)
