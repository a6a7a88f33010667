/** Contracts on an index and on a share, for tests of the desk. NIFTY's expire on Tuesdays. */
import type { DeskSettings } from "@keepgaining/core/desk/DeskState.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { DeskAtWork, share } from "./DeskAtWork.ts"

export const expiry = "2026-06-30"
export const later = "2026-07-28"

const nifty: Instrument = { symbol: "NSE:NIFTY 50", exchange: "NSE", kind: "index", tickSize: 5, lotSize: 1 }

const option = (strike: number, right: "CE" | "PE", underlying = nifty.symbol, lotSize = 65): Instrument => ({
  symbol: `NSE:${underlying === nifty.symbol ? "NIFTY" : "RELIANCE"}26JUN${strike}${right}`,
  exchange: "NSE",
  kind: "option",
  tickSize: 5,
  lotSize,
  underlying,
  expiry,
  strike: strike * 100,
  right
})

const future = (date: string, name: string): Instrument => ({
  symbol: `NSE:NIFTY26${name}FUT`,
  exchange: "NSE",
  kind: "future",
  tickSize: 5,
  lotSize: 65,
  underlying: nifty.symbol,
  expiry: date
})

export const listed: ReadonlyArray<Instrument> = [
  nifty,
  future(expiry, "JUN"),
  future(later, "JUL"),
  option(24_000, "CE"),
  option(24_000, "PE"),
  option(25_000, "CE"),
  share,
  option(1_400, "CE", share.symbol, 500)
]

/** Indices of those above. */
export const [NIFTY, NEAR, FAR, CALL, PUT, FAR_CALL, RELIANCE, SHARE_CALL] = [0, 1, 2, 3, 4, 5, 6, 7] as const

export const at = (time: string, date = expiry): number => parseIst(`${date} ${time}`)!

/** A desk on the contracts' last day, with a price of each. */
export const onLastDay = (changed: Partial<DeskSettings> = {}, date = expiry): DeskAtWork => {
  const work = new DeskAtWork(changed, listed)
  work.startSession(at("09:15:00", date))
  for (
    const [instrument, price] of [
      [NIFTY, 2_420_000],
      [NEAR, 2_421_000],
      [FAR, 2_435_000],
      [CALL, 25_000],
      [PUT, 5_000],
      [FAR_CALL, 1_000],
      [RELIANCE, 142_000],
      [SHARE_CALL, 2_500]
    ] as const
  ) work.tick(price, 100, instrument)
  return work
}

/** Buys (or sells, below 0) so many units to keep, at a price of now. */
export const hold = (work: DeskAtWork, instrument: number, quantity: number, price: number, book = "manual"): void => {
  work.request({
    instrument,
    side: quantity > 0 ? "buy" : "sell",
    quantity: Math.abs(quantity),
    type: "limit",
    limitPrice: paise(price),
    product: work.instruments.at(instrument).kind === "equity" ? "delivery" : "carry"
  }, book)
  // Bid and ask lie a tick apart.
  work.tick(quantity > 0 ? price - 5 : price, 200, instrument)
}
