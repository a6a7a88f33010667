/** Prices that would leave what the exchange takes. Pure. */
import type { Instrument } from "../market/Instrument.ts"
import { type Paise, paise } from "../market/Money.ts"
import type { Side } from "../orders/Order.ts"
import type { Limits } from "./checkOrder.ts"

/** The limit, or the last price on the tick that the range admits on that side. */
export const keptWithin = (
  side: Side,
  limit: Paise,
  { tickSize }: Pick<Instrument, "tickSize">,
  { highest, lowest }: Pick<Limits, "highest" | "lowest">
): Paise =>
  side === "buy"
    ? paise(Math.min(limit, Math.floor(highest / tickSize) * tickSize))
    : paise(Math.max(limit, Math.ceil(lowest / tickSize) * tickSize))
