/** Building candles of eight intervals, against the bare loop over typed arrays. */
import { CandleBuilder } from "@keepgaining/core/candles/CandleBuilder.ts"
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { bareLoop } from "./bareLoop.ts"
import { fastest, type Figure, perSecond, rate, ratio } from "./Figure.ts"
import type { Market } from "./market.ts"

const build = (market: Market): number => {
  const size = CandleBuilder.stateSize
  const hours = new TradingHours(plainHours).of("cash")
  const state = new Float64Array(market.instruments.size * size)
  const builders = market.instruments.all().map((_, i) => new CandleBuilder(state, i * size, i, hours))
  let closed = 0
  let second = 0
  for (const frame of market.frames) {
    for (let row = 0; row < frame.length; row++) {
      // Rows name instruments of the table, and there is a builder for each.
      const time = frame.eventTime[row]!
      if (time >= second) {
        second = time - (time % 1_000) + 1_000
        for (const builder of builders) if (builder.nextClose <= time) closed += builder.closeUntil(time)
      }
      const builder = builders[frame.instrument[row]!]!
      builder.onTick(time, frame.price[row]!, frame.volume[row]!, frame.openInterest[row]!)
    }
  }
  return closed
}

export const candles = (market: Market): Figure => {
  const ours = perSecond(market.ticks, fastest(3, () => void build(market)))
  const bare = perSecond(market.ticks, fastest(3, () => void bareLoop(market)))
  return {
    what: "Candle building, 8 intervals",
    measured: rate(ours, "ticks"),
    yardstick: `bare typed-array loop: ${rate(bare, "ticks")}`,
    ratio: ratio(ours / bare),
    goal: "≥ 0.33",
    met: ours / bare >= 1 / 3
  }
}
