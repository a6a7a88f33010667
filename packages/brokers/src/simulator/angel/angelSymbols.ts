/** How Angel names what the simulated exchange lists: `SBIN-EQ`, `NIFTY24NOV2624500CE`, `Nifty 50`, and a token by exchange. */
import { dayMonthYear } from "@keepgaining/core/contracts/expiryCodes.ts"
import { BrokerInstruments, type Market, marketOf } from "../../port/BrokerInstruments.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimMarket } from "../market/SimMarket.ts"

/** Added to an index's own number. */
const INDEX_TOKENS = { NSE: 99_900_000, BSE: 99_919_000 }

export const angelToken = ({ exchangeToken, instrument: { exchange, kind } }: SimInstrument): string =>
  String(
    kind !== "index" ? exchangeToken : INDEX_TOKENS[exchange] + (exchange === "BSE" ? exchangeToken - 1 : exchangeToken)
  )

const title = (name: string): string =>
  name.split(" ").map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join(" ")

export const angelTradingSymbol = (of: SimInstrument): string => {
  const { exchange, expiry, kind, right, strike, symbol } = of.instrument
  const name = symbol.slice(4)
  if (kind === "equity") return exchange === "NSE" ? `${name}-EQ` : name
  if (kind === "index") return exchange === "NSE" ? title(name) : name
  const date = dayMonthYear(expiry ?? "")
  return right === undefined || strike === undefined
    ? `${of.name}${date}FUT`
    : `${of.name}${date}${strike / 100}${right}`
}

/** `OPTIDX`, `FUTSTK`; empty for shares. At BSE only indices have contracts here. */
export const contractTypeOf = ({ instrument, name }: SimInstrument): string => {
  const { exchange, kind, underlying } = instrument
  if (kind !== "future" && kind !== "option") return ""
  const onIndex = exchange === "BSE" || underlying !== `NSE:${name}`
  return `${kind === "future" ? "FUT" : "OPT"}${onIndex ? "IDX" : "STK"}`
}

/** By exchange and token, as requests give them. */
export const byAngelToken = (market: SimMarket): (exchange: unknown, token: unknown) => SimInstrument | undefined => {
  const all = new Map(market.instruments.map((of) => [`${marketOf(of.instrument)}|${angelToken(of)}`, of]))
  return (exchange, token) => all.get(`${String(exchange)}|${String(token)}`)
}

export const exchangeOf = ({ instrument }: SimInstrument): Market => marketOf(instrument)

export const angelInstruments = (market: SimMarket): BrokerInstruments =>
  BrokerInstruments.from(market.instruments.map((of) => ({
    index: of.index,
    instrument: of.instrument,
    token: angelToken(of),
    tradingSymbol: angelTradingSymbol(of),
    ...(of.freezeQuantity > 0 ? { freezeQuantity: of.freezeQuantity } : {})
  })))
