/**
 * Text frames of the Kite ticker, both ways. The server's carry order updates and notices; the client's subscribe.
 * Order rows keep Kite's field names; times are `yyyy-mm-dd hh:mm:ss` IST, prices rupees.
 */
import * as Schema from "effect/Schema"
import { parseJsonFrame } from "../wire/parseJsonFrame.ts"
import { type KiteSubscriptionMode } from "./KiteMode.ts"

const Text = Schema.NullOr(Schema.String)

/** What the order model needs of a row; other fields pass unread. Ids are text: they do not fit a number. */
export const KiteOrderRow = Schema.Struct({
  order_id: Schema.NonEmptyString,
  exchange_order_id: Schema.optionalKey(Text),
  parent_order_id: Schema.optionalKey(Text),
  status: Schema.NonEmptyString,
  status_message: Schema.optionalKey(Text),
  status_message_raw: Schema.optionalKey(Text),
  order_timestamp: Schema.optionalKey(Text),
  exchange_update_timestamp: Schema.optionalKey(Text),
  exchange_timestamp: Schema.optionalKey(Text),
  variety: Schema.optionalKey(Schema.String),
  exchange: Schema.String,
  tradingsymbol: Schema.String,
  instrument_token: Schema.Int,
  order_type: Schema.String,
  transaction_type: Schema.Literals(["BUY", "SELL"]),
  validity: Schema.optionalKey(Schema.String),
  product: Schema.String,
  quantity: Schema.Int,
  price: Schema.Finite,
  trigger_price: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  average_price: Schema.Finite,
  filled_quantity: Schema.Int,
  pending_quantity: Schema.optionalKey(Schema.Int),
  cancelled_quantity: Schema.optionalKey(Schema.Int),
  tag: Schema.optionalKey(Text),
  guid: Schema.optionalKey(Text)
})
export type KiteOrderRow = typeof KiteOrderRow.Type

/** `instruments_meta`, `app_code` and whatever comes later carry nothing that we act upon. */
export type KiteTextFrame =
  | { readonly type: "order"; readonly data: KiteOrderRow }
  | { readonly type: "error"; readonly data: string }
  | { readonly type: "message"; readonly data: unknown }
  | { readonly type: "other"; readonly data: string }

const Known = Schema.Union([
  Schema.Struct({ type: Schema.Literal("order"), data: KiteOrderRow }),
  Schema.Struct({ type: Schema.Literal("error"), data: Schema.String }),
  Schema.Struct({ type: Schema.Literal("message"), data: Schema.Unknown })
])
const known = parseJsonFrame("Kite text", Known)
const anyType = parseJsonFrame("Kite text", Schema.Struct({ type: Schema.String }))
const knownTypes: ReadonlyArray<string> = ["order", "error", "message"]

/** Reads a text frame of the server. */
export const parseKiteText = (text: string) => {
  const frame = anyType(text)
  if (!("type" in frame)) return frame
  return knownTypes.includes(frame.type) ? known(text) : { type: "other" as const, data: frame.type }
}

/** A fresh subscription is in mode `quote`. There is no answer to any of these. */
export const kiteSubscribe = (tokens: ReadonlyArray<number>): string => JSON.stringify({ a: "subscribe", v: tokens })

export const kiteUnsubscribe = (tokens: ReadonlyArray<number>): string =>
  JSON.stringify({ a: "unsubscribe", v: tokens })

export const kiteMode = (mode: KiteSubscriptionMode, tokens: ReadonlyArray<number>): string =>
  JSON.stringify({ a: "mode", v: [mode, tokens] })

const Request = Schema.Union([
  Schema.Struct({ a: Schema.Literals(["subscribe", "unsubscribe"]), v: Schema.Array(Schema.Int) }),
  Schema.Struct({
    a: Schema.Literal("mode"),
    v: Schema.Tuple([Schema.Literals(["ltp", "quote", "full"]), Schema.Array(Schema.Int)])
  })
])
export type KiteRequest = typeof Request.Type

/** Reads a text frame of a client; for the simulator. */
export const parseKiteRequest = parseJsonFrame("Kite request", Request)
