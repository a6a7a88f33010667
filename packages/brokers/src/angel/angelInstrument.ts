/** Instruments as Angel names them: by exchange (`NSE`, `BFO`) and token, which is unique within its exchange only. */
import { type BrokerInstrument, type BrokerInstruments, type Market, marketOf } from "../port/BrokerInstruments.ts"
import { AngelExchangeType, angelKey } from "./AngelMode.ts"

const exchangeTypes: Readonly<Record<Market, AngelExchangeType>> = {
  NSE: AngelExchangeType.nse_cm,
  NFO: AngelExchangeType.nse_fo,
  BSE: AngelExchangeType.bse_cm,
  BFO: AngelExchangeType.bse_fo
}

/** Of the feed. */
export const exchangeTypeOf = ({ instrument }: Pick<BrokerInstrument, "instrument">): AngelExchangeType =>
  exchangeTypes[marketOf(instrument)]

export const feedKeyOf = (of: Pick<BrokerInstrument, "instrument" | "token">): string =>
  angelKey(exchangeTypeOf(of), of.token)

const isMarket = (exchange: string): exchange is Market => exchange in exchangeTypes

/** By token, or by trading symbol where a row has no token. */
export const ofAngel = (
  instruments: BrokerInstruments,
  exchange: string,
  token: string | null | undefined,
  tradingSymbol: string | null | undefined
): BrokerInstrument | undefined =>
  isMarket(exchange)
    ? (token == null ? undefined : instruments.ofToken(exchange, token)) ??
      (tradingSymbol == null ? undefined : instruments.ofTradingSymbol(exchange, tradingSymbol))
    : undefined

/** Our symbol; of an instrument that this session does not know Angel's own, after `?`. */
export const symbolOf = (
  instruments: BrokerInstruments,
  row: { readonly exchange: string; readonly symboltoken?: string | null; readonly tradingsymbol: string }
): string =>
  ofAngel(instruments, row.exchange, row.symboltoken, row.tradingsymbol)?.instrument.symbol ??
    `?${row.exchange}:${row.tradingsymbol}`
