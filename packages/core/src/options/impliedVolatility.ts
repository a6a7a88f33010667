/** The volatility at which an option has its price. */
import { type OptionInputs, price } from "./blackScholes.ts"

const LOWEST = 1e-4
const HIGHEST = 10
const STEPS = 200

/**
 * By bisection, to the last digits: the price grows with the volatility. `undefined` where no volatility gives that price:
 * below the intrinsic value, above the spot, at expiry, or beyond 1,000 % a year.
 */
export const impliedVolatility = (
  inputs: Omit<OptionInputs, "volatility">,
  target: number
): number | undefined => {
  let low = LOWEST
  let high = HIGHEST
  const at = (volatility: number): number => price({ ...inputs, volatility })
  if (!(inputs.time > 0) || !(target > at(low)) || !(target < at(high))) return undefined
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (at(middle) < target) low = middle
    else high = middle
  }
  return (low + high) / 2
}
