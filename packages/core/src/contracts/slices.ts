/**
 * Cuts a quantity into orders that the exchange takes: whole lots, none above the freeze quantity. The freeze quantity need
 * not be a multiple of the lot; a broker's may be floored to one already (NIFTY 1,755 = 27 x 65).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The quantity cannot be cut into valid orders. */
export class QuantityRefused extends Schema.TaggedError<QuantityRefused>()("QuantityRefused", {
  quantity: Schema.Finite,
  lotSize: Schema.Int,
  reason: Schema.String
}) {
  override get message(): string {
    return `Quantity ${this.quantity}: ${this.reason}. Give whole lots of ${this.lotSize}`
  }
}

/** Largest slices first. `freezeQuantity` undefined = the contract has none. */
export const slices = (
  quantity: number,
  lotSize: number,
  freezeQuantity: number | undefined
): Result.Result<ReadonlyArray<number>, QuantityRefused> => {
  if (!Number.isInteger(quantity) || quantity <= 0) {
    return Result.fail(new QuantityRefused({ quantity, lotSize, reason: "not a positive whole number" }))
  }
  if (quantity % lotSize !== 0) {
    return Result.fail(new QuantityRefused({ quantity, lotSize, reason: "not a whole number of lots" }))
  }
  if (freezeQuantity === undefined) return Result.succeed([quantity])
  const largest = Math.floor(freezeQuantity / lotSize) * lotSize
  if (largest === 0) {
    const reason = `one lot is above the freeze quantity ${freezeQuantity}`
    return Result.fail(new QuantityRefused({ quantity, lotSize, reason }))
  }
  const whole = Math.floor(quantity / largest)
  const rest = quantity - whole * largest
  return Result.succeed([...Array.from({ length: whole }, () => largest), ...(rest > 0 ? [rest] : [])])
}
