/** How Upstox names what the simulated exchange lists: `NSE_EQ|INE002A01018`, `NSE_FO|43919`, `NSE_INDEX|Nifty 50`. */
import { BrokerInstruments } from "../../port/BrokerInstruments.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimMarket } from "../market/SimMarket.ts"

const title = (name: string): string =>
  name.split(" ").map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join(" ")

/** `NSE_EQ`, `BSE_INDEX`, `NSE_FO`. */
export const upstoxSegment = ({ instrument: { exchange, kind } }: SimInstrument): string =>
  `${exchange}_${kind === "equity" ? "EQ" : kind === "index" ? "INDEX" : "FO"}`

export const upstoxName = (of: SimInstrument): string => of.instrument.symbol.slice(4)

export const upstoxKey = (of: SimInstrument): string => {
  const { kind } = of.instrument
  const id = kind === "equity"
    ? of.isin ?? String(of.exchangeToken)
    : kind === "index"
    ? of.instrument.exchange === "NSE" ? title(upstoxName(of)) : upstoxName(of)
    : String(of.exchangeToken)
  return `${upstoxSegment(of)}|${id}`
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

/** `RELIANCE`, `NIFTY 24500 CE 23 NOV 26`. */
export const upstoxTradingSymbol = (of: SimInstrument): string => {
  const { expiry, right, strike } = of.instrument
  if (expiry === undefined) return upstoxName(of)
  const [year = "", month = "", day = ""] = expiry.split("-")
  const date = `${day} ${months[Number(month) - 1]} ${year.slice(2)}`
  return right === undefined || strike === undefined
    ? `${of.name} FUT ${date}`
    : `${of.name} ${strike / 100} ${right} ${date}`
}

export const upstoxInstruments = (market: SimMarket): BrokerInstruments =>
  BrokerInstruments.from(market.instruments.map((of) => ({
    index: of.index,
    instrument: of.instrument,
    token: upstoxKey(of),
    tradingSymbol: upstoxTradingSymbol(of),
    ...(of.freezeQuantity > 0 ? { freezeQuantity: of.freezeQuantity } : {})
  })))
