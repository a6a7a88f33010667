/** A simulated Fyers by itself, so that its data socket can number frames and wait for acknowledgements. */
import { fyersAdapter } from "@keepgaining/brokers/fyers/fyersAccount.ts"
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { SimulatedExchange } from "@keepgaining/brokers/simulator/exchange/SimulatedExchange.ts"
import { FaultBoard } from "@keepgaining/brokers/simulator/faults/FaultBoard.ts"
import { fyersInstruments } from "@keepgaining/brokers/simulator/fyers/fyersSymbols.ts"
import { simFyers } from "@keepgaining/brokers/simulator/fyers/simFyers.ts"
import { SimMarket } from "@keepgaining/brokers/simulator/market/SimMarket.ts"
import { universe } from "@keepgaining/brokers/simulator/market/universe.ts"
import { SimJournal } from "@keepgaining/brokers/simulator/server/SimJournal.ts"
import { simServer } from "@keepgaining/brokers/simulator/server/SimServer.ts"
import { SimClock } from "@keepgaining/brokers/simulator/SimClock.ts"
import { SimSessions } from "@keepgaining/brokers/simulator/SimSessions.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { customerOf, START } from "../conformance/stage.ts"

export interface FeedStageOptions {
  readonly ackCount: number
  readonly silentAfter?: number
}

export const feedStage = ({ ackCount, silentAfter }: FeedStageOptions) =>
  Effect.gen(function*() {
    const wall = yield* Clock.Clock
    const clock = new SimClock(() => wall.currentTimeMillisUnsafe(), START, 20)
    const faults = new FaultBoard(5)
    const market = new SimMarket(5, universe({ day: START }))
    const exchange = new SimulatedExchange({ seed: 5, market, faults, start: START })
    const customer = exchange.addAccount(customerOf("fyers"))
    const sessions = new SimSessions("fyers", 5, () => clock.now)
    const catchUp = (): number => {
      exchange.advance(clock.now)
      return clock.now
    }
    const layer = simFyers({
      exchange,
      market,
      sessions,
      now: () => clock.now,
      skew: () => 0,
      wall: () => wall.currentTimeMillisUnsafe(),
      faults
    }, {
      ackCount
    })
    const { url } = yield* simServer({ layer: () => layer, faults, journal: new SimJournal(), catchUp, port: 0 })
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(20), Effect.sync(catchUp))))
    const instruments = fyersInstruments(market)
    const account = fyersAdapter.account({
      account: "asha",
      userId: customer.userId,
      apiKey: customer.apiKey,
      apiSecret: Redacted.make(customer.apiSecret),
      redirectUrl: customer.redirectUrl,
      instruments,
      timeout: 2_000,
      ...(silentAfter === undefined ? {} : { silentAfter })
    }, url)
    const token = yield* account.auth.exchange(Redacted.make(sessions.grant(customer)))
    return {
      faults,
      account,
      customer,
      sessions,
      token,
      session: account.session(token),
      instrument: (symbol: string): BrokerInstrument => {
        const found = instruments.ofSymbol(symbol)
        if (found === undefined) throw new Error(`${symbol} is not listed`)
        return found
      }
    }
  })
