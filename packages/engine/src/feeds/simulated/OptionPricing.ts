/**
 * The price that the simulated market maker gives an index option: Black's formula on the forward ("The pricing of
 * commodity contracts", 1976) with a volatility that depends on the strike.
 */

/** Yearly, continuously compounded: what the simulated market lends at, and the index's dividend yield. */
export const INTEREST = 0.065
export const DIVIDENDS = 0.012

/** Standard normal distribution function; Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8. */
export const normalCdf = (x: number): number => {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const tail = 0.3989422804014327 * Math.exp(-x * x / 2) * t *
    (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return x >= 0 ? 1 - tail : tail
}

/**
 * Implied volatility at a strike, as a fraction a year: steeper below the money and curved, in units of the standard
 * deviation to expiry, flat beyond five of them.
 */
export const smile = (atTheMoney: number, logMoneyness: number, rootTime: number): number => {
  const distance = Math.max(-5, Math.min(5, logMoneyness / (atTheMoney * rootTime)))
  return atTheMoney * (1 - 0.06 * distance + 0.035 * distance * distance)
}

/** Price of a European option in the unit of forward and strike; time in years, volatility as a fraction. */
export const black76 = (
  call: boolean,
  forward: number,
  strike: number,
  rootTime: number,
  discount: number,
  atTheMoney: number
): number => {
  const logMoneyness = Math.log(strike / forward)
  const deviation = smile(atTheMoney, logMoneyness, rootTime) * rootTime
  const d1 = -logMoneyness / deviation + deviation / 2
  const d2 = d1 - deviation
  const value = call
    ? forward * normalCdf(d1) - strike * normalCdf(d2)
    : strike * normalCdf(-d2) - forward * normalCdf(-d1)
  return discount * Math.max(0, value)
}
