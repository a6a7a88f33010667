/** What a client asks of Upstox's market data feed: JSON in binary frames. Nothing answers but the feed itself. */
import * as Schema from "effect/Schema"
import { parseJsonFrame } from "../wire/parseJsonFrame.ts"
import { type UpstoxSubscriptionMode } from "./UpstoxMode.ts"

const Mode = Schema.Literals(["ltpc", "full", "option_greeks", "full_d30"])

export const UpstoxRequest = Schema.Struct({
  /** Any text; it serves our own logs. */
  guid: Schema.String,
  method: Schema.Literals(["sub", "change_mode", "unsub"]),
  data: Schema.Struct({ mode: Schema.optionalKey(Mode), instrumentKeys: Schema.Array(Schema.String) })
})
export type UpstoxRequest = typeof UpstoxRequest.Type

const bytes = (request: UpstoxRequest): Uint8Array => new TextEncoder().encode(JSON.stringify(request))

export const upstoxSubscribe = (
  guid: string,
  mode: UpstoxSubscriptionMode,
  instrumentKeys: ReadonlyArray<string>
): Uint8Array => bytes({ guid, method: "sub", data: { mode, instrumentKeys } })

/** The new mode takes the place of the old one. */
export const upstoxChangeMode = (
  guid: string,
  mode: UpstoxSubscriptionMode,
  instrumentKeys: ReadonlyArray<string>
): Uint8Array => bytes({ guid, method: "change_mode", data: { mode, instrumentKeys } })

export const upstoxUnsubscribe = (guid: string, instrumentKeys: ReadonlyArray<string>): Uint8Array =>
  bytes({ guid, method: "unsub", data: { instrumentKeys } })

const parse = parseJsonFrame("Upstox request", UpstoxRequest)

/** Reads a client's frame; for the simulator. */
export const parseUpstoxRequest = (frame: Uint8Array) => parse(new TextDecoder().decode(frame))
