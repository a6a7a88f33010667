import * as Schema from "effect/Schema"

export const Broker = Schema.Literals(["upstox", "kite", "angel", "fyers"])
export type Broker = typeof Broker.Type
