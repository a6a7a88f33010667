/** GTT orders in words. */
import { type GttView } from "@keepgaining/rpc/contract/Gtt.ts"
import { price } from "../format/numbers.ts"

type Legs = Pick<GttView, "legs">

/** `1,180.00`, `1,180.00 or 1,320.00`. */
export const triggersText = ({ legs }: Legs): string => legs.map(({ triggerPrice }) => price(triggerPrice)).join(" or ")

export const limitsText = ({ legs }: Legs): string => legs.map(({ limitPrice }) => price(limitPrice)).join(" or ")

/** `at 1,180.00 limit 1,179.00, or at 1,320.00 limit 1,320.00`. */
export const legsText = ({ legs }: Legs): string =>
  legs.map(({ limitPrice, triggerPrice }) => `at ${price(triggerPrice)} limit ${price(limitPrice)}`).join(", or ")

/** `BUY 20 NSE:RELIANCE, delivery`. */
export const orderText = (
  { product, quantity, side, symbol }: Pick<GttView, "product" | "quantity" | "side" | "symbol">
): string => `${side.toUpperCase()} ${quantity.toLocaleString("en-IN")} ${symbol}, ${product}`

/** What the broker may still act on; of a word that we do not know it is asked for as well. */
export const canCancel = ({ status }: Pick<GttView, "status">): boolean => status === "active" || status === "unknown"
