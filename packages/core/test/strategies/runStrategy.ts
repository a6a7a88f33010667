/** Runs a strategy over candles without the engine: what the kernel does, without desk and faults. */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import type { Signal } from "@keepgaining/core/strategies/Signal.ts"
import type { Strategy, StrategyContext } from "@keepgaining/core/strategies/Strategy.ts"

export const share: Instrument = {
  symbol: "NSE:SHARE",
  exchange: "NSE",
  kind: "equity",
  tickSize: 5,
  lotSize: 1
}

export interface Raised {
  readonly at: number
  readonly signal: Signal
}

export interface StrategyRun<State> {
  readonly state: State
  readonly raised: ReadonlyArray<Raised>
}

/** `state` goes on from there; `position` is what every candle finds held, for a fixed quantity. */
export const runStrategy = <Parameters, State>(
  strategy: Strategy<Parameters, State>,
  parameters: Parameters,
  candles: ReadonlyArray<Candle>,
  options: { readonly instrument?: Instrument; readonly state?: State; readonly position?: number } = {}
): StrategyRun<State> => {
  const instrument = options.instrument ?? share
  const state = options.state ?? strategy.initial(parameters, instrument)
  const raised: Array<Raised> = []
  for (const candle of candles) {
    const context: StrategyContext<Parameters> = {
      now: candle.end,
      parameters,
      instrument,
      quote: {
        time: candle.end,
        price: candle.close,
        volume: candle.volume,
        openInterest: 0,
        bid: paise(0),
        ask: paise(0)
      },
      position: { quantity: options.position ?? 0, averagePrice: options.position === undefined ? 0 : candle.open },
      random: () => 0.5,
      signal: (signal) => raised.push({ at: candle.end, signal }),
      order: () => undefined,
      cancel: () => undefined,
      setTimer: () => undefined,
      log: () => undefined
    }
    strategy.onCandle?.(state, candle, context)
  }
  return { state, raised }
}
