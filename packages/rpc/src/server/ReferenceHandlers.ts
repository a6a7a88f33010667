import type { Margin } from "@keepgaining/brokers/port/Portfolio.ts"
import { monthReport } from "@keepgaining/core/calendar/dayReport.ts"
import { isIndexUnderlying } from "@keepgaining/core/contracts/isIndexUnderlying.ts"
import { estimateOrder, type OrderEstimate } from "@keepgaining/core/margins/estimateOrder.ts"
import { marginRatesOn } from "@keepgaining/core/margins/MarginRates.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import { usualPlan } from "@keepgaining/engine/brokers/usualPlan.ts"
import { InstrumentSearch } from "@keepgaining/engine/instruments/InstrumentSearch.ts"
import { InstrumentStore } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import { MasterBroker } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import { MarketRules } from "@keepgaining/engine/rules/MarketRules.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Effect from "effect/Effect"
import { NotFound, Refused } from "../contract/Failures.ts"
import { ReferenceRpcs } from "../contract/Reference.ts"

/** The broker's own word on a margin, as an estimate says it. */
const brokersMargin = (
  { exposure, premium, span, total }: Margin,
  { broker, id }: { readonly broker: string; readonly id: string }
): OrderEstimate["margin"] => ({
  _tag: "Known",
  total: total / 100,
  parts: Object.entries({ span, exposure, premium }).flatMap(([name, part]) =>
    part === undefined || part === 0 ? [] : [{ name, amount: part / 100 }]
  ),
  source: `asked of ${broker} for ${id}`
})

export const make = Effect.gen(function*() {
  const session = yield* Session
  const { calendar, indexNames, margins } = yield* MarketRules
  const brokers = yield* Brokers
  const search = yield* InstrumentSearch
  const store = yield* InstrumentStore
  return ReferenceRpcs.of({
    SearchInstruments: Effect.fn("SearchInstruments")(
      function*({ limit, text }) {
        for (const broker of MasterBroker.literals) {
          const master = yield* store.master(broker)
          if (master === undefined) continue
          const hits = yield* search.search(broker, text, { limit })
          return { broker, day: master.day, instruments: hits.map(({ entry }) => entry) }
        }
        return { broker: null, day: null, instruments: [] }
      },
      Effect.mapError(({ message }) => new Refused({ reason: message, remedy: "Try again when the database is back" }))
    ),
    GetCalendar: ({ month }) =>
      Effect.fromResult(monthReport(calendar, month)).pipe(
        Effect.mapError(({ date, from, to, topic }) =>
          new Refused({
            reason: `${date} is not covered: ${topic} are known from ${from} to ${to}`,
            remedy: "Add the exchange's circular to your own rules folder, or update the engine"
          })
        )
      ),
    EstimateOrder: ({ instrument: index, venue, ...order }) =>
      Effect.gen(function*() {
        const instruments = session.instruments()
        if (index < 0 || index >= instruments.size) {
          return yield* new NotFound({ what: "instrument", key: String(index) })
        }
        const instrument = instruments.at(index)
        const underlying = instrument.underlying === undefined
          ? undefined
          : instruments.indexOf(instrument.underlying)
        const spot = underlying === undefined ? 0 : session.quotes().last[underlying] ?? 0
        const at = session.health().now
        const charging = session.charging()
        const { schedule } = charging
        const [armed] = venue === "live" ? session.portfolio().armed : []
        const actor = armed === undefined ? undefined : brokers.actor(armed.account)
        const plan = actor === undefined ? charging.plan : usualPlan(actor.record.broker, schedule, charging.plan)
        const estimate = estimateOrder(
          {
            ...order,
            instrument,
            at,
            spot: spot > 0 ? paise(spot) : undefined,
            underlyingIsIndex: instrument.underlying !== undefined &&
              (isIndexUnderlying(instrument.underlying, indexNames, calendar.rules) ||
                (underlying !== undefined && instruments.at(underlying).kind === "index"))
          },
          schedule,
          plan,
          marginRatesOn(margins, formatIstDate(at)),
          calendar
        )
        if (venue !== "live") {
          const { price, ...asked } = order
          const funds = session.paperFunds({ ...asked, instrument: index, limitPrice: price })
          if (funds?.needed === undefined) return estimate
          return { ...estimate, funds: { needed: funds.needed / 100, free: funds.free / 100 } }
        }
        if (actor?.session === undefined) return estimate
        const asked = actor.session.margins.of([{ ...order, symbol: instrument.symbol }])
        return yield* Effect.match(Effect.timeout(asked, "2 seconds"), {
          onFailure: () => estimate,
          onSuccess: (margin) => ({ ...estimate, margin: brokersMargin(margin, actor.record) })
        })
      })
  })
})
