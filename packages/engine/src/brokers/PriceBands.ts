/**
 * Between which prices the exchange takes orders today, by instrument: the newest that an account's feed or quotes have said. What
 * was said before the exchange opened its books may still be of the day before, and is not believed.
 */
import type { MarketQuote } from "@keepgaining/brokers/port/MarketQuote.ts"
import type { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { formatIstTime, istDay, startOfIstDay, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import { type Paise, paise, rupeesText } from "@keepgaining/core/market/Money.ts"

export interface PriceBand {
  readonly lowest: Paise
  readonly highest: Paise
  /** `quote`: it was asked for, and is told again only when it is. */
  readonly by: "feed" | "quote"
  readonly account: string
  /** When it was said, epoch ms. */
  readonly at: number
}

/** The exchange's books open, and brokers have the day's limits by then. */
const OPEN = timeOfDay(9, 0)

/** From when on what is said is of the day of `now`, epoch ms. */
export const bandsSince = (now: number): number => startOfIstDay(istDay(now)) + OPEN

/** `the band ₹90.00 to ₹110.00 of today, by the feed of asha at 10:02:11`. */
export const bandText = ({ account, at, by, highest, lowest }: PriceBand): string =>
  `the band ${rupeesText(lowest)} to ${rupeesText(highest)} of today, by the ${by} of ${account} at ${
    formatIstTime(at)
  }`

export class PriceBands {
  readonly #account: string
  readonly #bands = new Map<string, PriceBand>()

  constructor(account: string) {
    this.#account = account
  }

  /** The newest that is known for the day of `now`, epoch ms. */
  of(symbol: string, now: number): PriceBand | undefined {
    const band = this.#bands.get(symbol)
    return band !== undefined && band.at >= bandsSince(now) ? band : undefined
  }

  /** From a feed's callback. `symbolOf`: of the instruments that the account has subscribed, by their rows. */
  takeBatch({ day, ticks }: FeedBatch, symbolOf: (index: number) => string | undefined): void {
    for (let row = 0; row < ticks.length; row++) {
      // The row is within the batch, and every column has one.
      const highest = day.upperCircuit[row]!
      const lowest = day.lowerCircuit[row]!
      if (highest <= 0 || lowest <= 0) continue
      const symbol = symbolOf(ticks.instrument[row]!)
      if (symbol !== undefined) this.#take(symbol, lowest, highest, "feed", ticks.receiveTime[row]!)
    }
  }

  /** `at`: when they were answered, epoch ms. */
  takeQuotes(quotes: ReadonlyArray<MarketQuote>, at: number): void {
    for (const { lowerCircuit, symbol, upperCircuit } of quotes) {
      if (lowerCircuit !== undefined && upperCircuit !== undefined) {
        this.#take(symbol, lowerCircuit, upperCircuit, "quote", at)
      }
    }
  }

  #take(symbol: string, lowest: number, highest: number, by: PriceBand["by"], at: number): void {
    const known = this.#bands.get(symbol)
    if (known !== undefined && known.at >= at) return
    this.#bands.set(symbol, { lowest: paise(lowest), highest: paise(highest), by, account: this.#account, at })
  }
}
