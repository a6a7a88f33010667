/** How Kite names what the simulated exchange lists: token = exchange token * 256 + segment. */
import { KiteSegment } from "../../kite/KiteSegment.ts"
import { BrokerInstruments, type Market, marketOf } from "../../port/BrokerInstruments.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimMarket } from "../market/SimMarket.ts"

const segments: Readonly<Record<Market, number>> = {
  NSE: KiteSegment.nse,
  BSE: KiteSegment.bse,
  NFO: KiteSegment.nfo,
  BFO: KiteSegment.bfo
}

export const kiteToken = (of: SimInstrument): number =>
  of.exchangeToken * 256 + (of.instrument.kind === "index" ? KiteSegment.indices : segments[marketOf(of.instrument)])

/** Without the exchange before it. */
export const kiteSymbol = (of: SimInstrument): string => of.instrument.symbol.slice(4)

export const kiteInstruments = (market: SimMarket): BrokerInstruments =>
  BrokerInstruments.from(market.instruments.map((of) => ({
    index: of.index,
    instrument: of.instrument,
    token: String(kiteToken(of)),
    tradingSymbol: kiteSymbol(of),
    ...(of.freezeQuantity > 0 ? { freezeQuantity: of.freezeQuantity } : {})
  })))

/** By exchange (`NSE`, `NFO`) and symbol as Kite writes them. */
export const ofKiteSymbol = (market: SimMarket, exchange: string, symbol: string): SimInstrument | undefined => {
  const found = market.ofSymbol(`${exchange === "NSE" || exchange === "NFO" ? "NSE" : "BSE"}:${symbol}`)
  return found !== undefined && marketOf(found.instrument) === exchange ? found : undefined
}
