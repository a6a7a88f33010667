/** How Fyers names what the simulated exchange lists: `NSE:SBIN-EQ`, fyToken `10100000003045`, topic `sf|nse_cm|3045`. */
import { topicOfIndex, topicOfToken } from "../../fyers/HsmTopic.ts"
import { BrokerInstruments } from "../../port/BrokerInstruments.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimMarket } from "../market/SimMarket.ts"

const isContract = ({ instrument: { kind } }: SimInstrument): boolean => kind === "future" || kind === "option"

/** `10` NSE, `12` BSE. */
export const fyersExchange = ({ instrument }: SimInstrument): number => instrument.exchange === "NSE" ? 10 : 12

/** `10` cash, `11` derivatives. */
export const fyersSegment = (of: SimInstrument): number => isContract(of) ? 11 : 10

export const fyersName = ({ instrument }: SimInstrument): string => instrument.symbol.slice(4)

export const fyersTicker = (of: SimInstrument): string => {
  const { exchange, kind, symbol } = of.instrument
  if (kind === "index") return `${exchange}:${fyersName(of).replaceAll(" ", "")}-INDEX`
  return kind === "equity" ? `${exchange}:${fyersName(of)}-${exchange === "NSE" ? "EQ" : "A"}` : symbol
}

export const fyToken = (of: SimInstrument): string => {
  const date = of.instrument.expiry?.replaceAll("-", "").slice(2) ?? "000000"
  return `${fyersExchange(of)}${fyersSegment(of)}${date}${of.exchangeToken}`
}

/** `SBIN`, `NIFTY`: the exchange's own name of a share, or of what a contract is on. */
export const fyersUnderlying = (of: SimInstrument): string => isContract(of) ? of.name : fyersName(of)

const title = (name: string): string =>
  name.split(" ").map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join(" ")

/** Of its quotes on the data socket; indices go by name. */
export const fyersTopic = (of: SimInstrument): string | undefined =>
  of.instrument.kind !== "index"
    ? topicOfToken("sf", fyToken(of))
    : of.instrument.exchange === "NSE"
    ? topicOfIndex("nse_cm", title(fyersName(of)))
    : topicOfIndex("bse_cm", fyersName(of))

export const fyersInstruments = (market: SimMarket): BrokerInstruments =>
  BrokerInstruments.from(market.instruments.map((of) => ({
    index: of.index,
    instrument: of.instrument,
    token: fyToken(of),
    tradingSymbol: fyersTicker(of)
  })))
