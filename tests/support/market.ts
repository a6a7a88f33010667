/** A seeded day of a small market as the tick file that people have: CSV, dirt and equal timestamps included. */
import { formatIst, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Random from "@keepgaining/core/random/Random.ts"

export interface MarketOptions {
  readonly seed: number
  readonly stocks: number
  /** Seconds of session from 09:15. */
  readonly seconds: number
  /** Chance that a stock trades in a second. */
  readonly activity?: number
}

export const header = "timestamp,symbol,ltp,volume,oi,bid,ask"

/** Instant of 09:15 IST of the day. */
export const open = ((): number => {
  const at = parseIst("2021-06-09 09:15:00")
  if (at === undefined) throw new Error("no instant")
  return at
})()

export const symbols = (stocks: number): ReadonlyArray<string> =>
  Array.from({ length: stocks }, (_, i) => `NSE:STOCK${String.fromCharCode(65 + i)}`)

/**
 * Rows in order of time: second stamps, as vendors sell them, so that many rows share one. Prices drift in waves, so that
 * a strategy of crossovers finds something.
 */
export const marketRows = ({ activity = 0.5, seconds, seed, stocks }: MarketOptions): ReadonlyArray<string> => {
  const random = Random.fromSeed(seed)
  const names = symbols(stocks)
  const price = names.map(() => 20_000 + 5 * Random.integer(random, 20_000))
  const volume = names.map(() => 10_000)
  const drift = names.map(() => 0)
  const rows: Array<string> = []
  for (let second = 0; second < seconds; second++) {
    const time = formatIst(open + second * 1_000).slice(0, 19)
    names.forEach((name, i) => {
      if (second % 400 === (i * 37) % 400) drift[i] = Random.integer(random, 5) - 2
      if (!Random.chance(random, activity)) return
      // Every list holds an entry a name.
      price[i] = Math.max(1_000, price[i]! + 5 * (Random.integer(random, 9) - 4 + drift[i]!))
      volume[i]! += Random.integer(random, 800) * (drift[i] === 0 ? 1 : 3)
      const rupees = (paise: number): string => (paise / 100).toFixed(2)
      rows.push(
        `${time},${name},${rupees(price[i]!)},${volume[i]!},0,${rupees(price[i]! - 5)},${rupees(price[i]! + 5)}`
      )
    })
  }
  return rows
}

export const csvOf = (rows: ReadonlyArray<string>): string => `${header}\n${rows.join("\n")}\n`

/** The rows with those of equal timestamps in another order. */
export const shuffledWithinInstants = (rows: ReadonlyArray<string>, seed: number): ReadonlyArray<string> => {
  const random = Random.fromSeed(seed)
  const groups = new Map<string, Array<string>>()
  for (const row of rows) {
    const time = row.slice(0, row.indexOf(","))
    const group = groups.get(time)
    if (group === undefined) groups.set(time, [row])
    else group.push(row)
  }
  const all: Array<string> = []
  for (const group of groups.values()) {
    for (let i = group.length - 1; i > 0; i--) {
      const j = Random.integer(random, i + 1)
      // Both are places of the group.
      const kept = group[i]!
      group[i] = group[j]!
      group[j] = kept
    }
    all.push(...group)
  }
  return all
}
