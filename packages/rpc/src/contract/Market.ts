import { Candle } from "@keepgaining/core/candles/Candle.ts"
import { Interval } from "@keepgaining/core/candles/Interval.ts"
import { Instrument } from "@keepgaining/core/market/Instrument.ts"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { NotFound } from "./Failures.ts"

/**
 * Order of the numbers of one instrument in a {@link QuoteFrame}. Prices in paise; `previousClose` is 0 when unknown;
 * `time` is event time in epoch ms.
 */
export const quoteFields = [
  "last",
  "previousClose",
  "open",
  "high",
  "low",
  "volume",
  "openInterest",
  "bid",
  "ask",
  "bidQuantity",
  "askQuantity",
  "time"
] as const
export type QuoteField = (typeof quoteFields)[number]

/** The instruments that changed since the client's previous frame: `values` holds `quoteFields.length` numbers for each id. */
export const QuoteFrame = Schema.Struct({
  /** Sequence number of the newest input in it. */
  sequence: Schema.Int,
  /** Event time of the session, epoch ms. */
  now: Schema.Finite,
  /** Instrument indices. */
  ids: Schema.Array(Schema.Int),
  values: Schema.Array(Schema.Finite)
})
export type QuoteFrame = typeof QuoteFrame.Type

/** `forming` candles may still change; a closed one never does. */
export const CandleUpdate = Schema.Struct({ candle: Candle, forming: Schema.Boolean })
export type CandleUpdate = typeof CandleUpdate.Type

export class MarketRpcs extends RpcGroup.make(
  /** Instruments in index order; the array position is the instrument's index everywhere in this session. */
  Rpc.make("Instruments", { success: Schema.Array(Instrument) }),
  /**
   * Conflated: the latest quote of what changed, at most `perSecond` frames a second; first frame is a full snapshot.
   * Subscribe with `streamBufferSize: 1`: a larger buffer of the client would fill with frames that are old by then.
   */
  Rpc.make("Quotes", {
    payload: {
      /** Indices; empty means all. */
      instruments: Schema.Array(Schema.Int),
      perSecond: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 }))
    },
    success: QuoteFrame,
    stream: true
  }),
  /** The newest `limit` closed candles, oldest first. */
  Rpc.make("Candles", {
    payload: {
      instrument: Schema.Int,
      interval: Interval,
      limit: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))
    },
    success: Schema.Array(Candle),
    error: NotFound
  }),
  /** Every closed candle from now on, and the forming one conflated to four a second. */
  Rpc.make("CandleUpdates", {
    payload: { instrument: Schema.Int, interval: Interval },
    success: CandleUpdate,
    error: NotFound,
    stream: true
  })
) {}
