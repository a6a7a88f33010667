/**
 * From a live order of the desk to an account and what is sent there: every account is looked at as it stands now, one is
 * chosen (`routing`), and everything that can be known before the wire is checked for it (`preWire`).
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { marketOf } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { segmentOf, underlyingsOf } from "@keepgaining/core/candles/segmentOf.ts"
import { isIndexUnderlying } from "@keepgaining/core/contracts/isIndexUnderlying.ts"
import { armedAccounts, holderOf, reducesHolding } from "@keepgaining/core/desk/live.ts"
import { estimateOrder } from "@keepgaining/core/margins/estimateOrder.ts"
import { marginRatesOn } from "@keepgaining/core/margins/MarginRates.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { type Paise, paise, rupees } from "@keepgaining/core/market/Money.ts"
import type { Order } from "@keepgaining/core/orders/Order.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type { AccountActor } from "../brokers/AccountActor.ts"
import { Brokers } from "../brokers/Brokers.ts"
import { usualPlan } from "../brokers/usualPlan.ts"
import { InstrumentStore } from "../instruments/InstrumentStore.ts"
import { type MasterKinds, masterKinds } from "../instruments/masterKinds.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import type { AccountCandidate, MarginNeed, RoutedOrder } from "../routing/AccountCandidate.ts"
import { routeOrder } from "../routing/routeOrder.ts"
import { MarketRules } from "../rules/MarketRules.ts"
import { doubtfulContracts, type Doubts } from "./doubtfulContracts.ts"
import type { WireQuote } from "./exchangeLimits.ts"
import { type ExchangeToday, FRESH_MS } from "./ExchangeToday.ts"
import type { Prepare, Unprepared } from "./OrderLane.ts"
import { isLasting, preWire, type PreWireQuestion } from "./preWire.ts"

/** How far the limit of an order without a price lies beyond its quote, or beyond its trigger: shares of the price. */
const STOP_PROTECTION = 0.01
/** Between looks at the brokers' masters, which are fetched once a day. */
const DOUBTS_EVERY = "1 hour"

export const makePrepare = Effect.fnUntraced(function*(today: ExchangeToday) {
  const brokers = yield* Brokers
  const rules = yield* MarketRules
  const store = yield* InstrumentStore
  const doubts = new Map<Broker, Doubts>()
  const kinds = new Map<Broker, MasterKinds>()
  let watched: InstrumentTable | undefined

  const lookForDoubts = Effect.gen(function*() {
    const table = watched
    if (table === undefined) return
    const today = formatIstDate(yield* Clock.currentTimeMillis)
    for (const broker of new Set(brokers.actors().map(({ record }) => record.broker))) {
      const entries = yield* store.entries(broker)
      kinds.set(broker, masterKinds(entries, rules.indexNames))
      const found = doubtfulContracts(rules, entries, table, rules.indexNames, today)
      doubts.set(broker, found)
      if (found.size > 0) {
        yield* Effect.logWarning(
          `No live order goes to ${found.size} contracts of which ${broker}'s master and the rules say different things: ` +
            "keepgaining rules check"
        )
      }
    }
  }).pipe(Effect.catch((error) => Effect.logWarning(`Masters and rules were not compared: ${error.message}`)))

  /** Of a derivative, whatever else is watched. */
  const underlyingIsIndex = ({ underlying }: Instrument, { instruments }: Kernel): boolean => {
    if (underlying === undefined) return false
    if (isIndexUnderlying(underlying, rules.indexNames, rules.calendar.rules)) return true
    for (const { indices } of kinds.values()) if (indices.has(underlying)) return true
    const watched = instruments.indexOf(underlying)
    return watched !== undefined && instruments.at(watched).kind === "index"
  }

  /** By the broker's newest master: what a session recorded of its shares when it began may have changed. */
  const segmentToday = (instrument: Instrument, { instruments }: Kernel, broker: Broker): Segment => {
    const closingAuction = kinds.get(broker)?.closingAuctions.get(instrument.symbol)
    return segmentOf(
      closingAuction === undefined ? instrument : { ...instrument, closingAuction },
      underlyingsOf(instruments)
    )
  }

  /** What the order binds, by our own model; the broker itself says no when it knows better. */
  const estimate = (
    order: Order,
    kernel: Kernel,
    instrument: Instrument,
    price: Paise,
    now: number,
    plan: string
  ) => {
    const { instruments, options: { charges } } = kernel
    const underlying = instrument.underlying === undefined ? undefined : instruments.indexOf(instrument.underlying)
    const spot = underlying === undefined ? 0 : kernel.quotes.last[underlying] ?? 0
    const { charges: cost, margin } = estimateOrder(
      {
        instrument,
        side: order.side,
        quantity: order.quantity,
        price,
        product: order.product,
        at: now,
        spot: spot > 0 ? paise(spot) : undefined,
        underlyingIsIndex: underlyingIsIndex(instrument, kernel)
      },
      charges,
      plan,
      marginRatesOn(rules.margins, formatIstDate(now)),
      rules.calendar
    )
    const need: MarginNeed = margin._tag === "Known"
      ? { _tag: "Known", amount: paise(Math.ceil(margin.total * 100)), source: "model" }
      : margin
    return { charges: cost._tag === "Known" ? rupees(cost.charges.total) : null, margin: need }
  }

  /** The broker's own answer comes first; while it is not there, ours. Only what opens is worth a question. */
  const marginAt = (actor: AccountActor, order: Order, symbol: string, price: Paise, model: MarginNeed) => {
    const { session } = actor
    const isPlain = model._tag === "Known" && order.side === "buy" && order.product === "delivery"
    if (session === undefined || order.reduceOnly || isPlain) return Effect.succeed(model)
    const { product, quantity, side } = order
    return session.margins.of([{ symbol, side, quantity, product, price }]).pipe(
      Effect.map(({ total }): MarginNeed => ({ _tag: "Known", amount: total, source: "broker" })),
      Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.succeed(model) }),
      Effect.orElseSucceed(() => model)
    )
  }

  const prepare: Prepare = (order, kernel) =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      if (watched !== kernel.instruments) {
        watched = kernel.instruments
        yield* lookForDoubts
      }
      const { desk, instruments } = kernel
      const instrument = instruments.at(order.instrument)
      const quote = wireQuote(kernel, order.instrument)
      const price = order.limitPrice ?? order.triggerPrice ?? quote?.price ?? paise(0)
      const reduces = reducesHolding(desk, order)
      const holder = holderOf(desk, order.book, order.instrument)
      const routed: RoutedOrder = {
        kind: "place",
        reduces,
        holder,
        symbol: instrument.symbol,
        market: marketOf(instrument),
        type: order.type === "market" ? "limit" : order.type === "stop" ? "stop-limit" : order.type,
        product: order.product,
        calls: callsOf(order, brokers, instrument)
      }
      const armed = armedAccounts(desk)
      // Margins are asked for meanwhile; a way out waits for nobody.
      const told = yield* Effect.forkChild(
        reduces
          ? Effect.andThen(today.askBand(instrument.symbol), today.band(instrument.symbol))
          : Effect.flatMap(
            today.band(instrument.symbol),
            (band) => band === undefined ? today.freshBand(instrument.symbol) : Effect.succeed(band)
          )
      )
      const candidates = yield* Effect.forEach(
        brokers.actors(),
        (actor) => {
          const { charges, margin } = estimate(
            order,
            kernel,
            instrument,
            price,
            now,
            usualPlan(actor.record.broker, kernel.options.charges, kernel.options.desk.plan)
          )
          return Effect.map(
            reduces || !armed.includes(actor.record.id)
              ? Effect.succeed(margin)
              : marginAt(actor, order, instrument.symbol, price, margin),
            (need) => candidate(actor, brokers, instrument.symbol, armed, need, charges)
          )
        },
        { concurrency: "unbounded" }
      )
      const route = routeOrder(routed, candidates, now)
      if (route._tag === "Refused") {
        // Where a position is, nobody else's reasons matter.
        const own = route.table.find(({ account }) => account === holder)
        return unprepared(own === undefined ? route.reasons.join(" | ") : `${own.account}: ${own.reasons.join("; ")}`)
      }
      const actor = brokers.actor(route.account)
      if (actor === undefined) return unprepared(`${route.account} was just removed`)
      const { algo, broker, id, root, staticIp } = actor.record
      const question: Omit<PreWireQuestion, "band"> = {
        now,
        instrument,
        segment: segmentToday(instrument, kernel, broker),
        underlyingIsIndex: underlyingIsIndex(instrument, kernel),
        known: brokers.instruments(broker).ofSymbol(instrument.symbol),
        quote,
        rules: {
          prices: rules.prices,
          contracts: rules.contracts,
          indexNames: rules.indexNames,
          hours: kernel.options.hours
        },
        account: { account: id, simulated: root !== undefined, staticIp, algo },
        contradictions: doubts.get(broker)?.get(instrument.symbol) ?? [],
        protection: { market: kernel.options.desk.fills.protection, stop: STOP_PROTECTION },
        maxQuoteAge: kernel.options.desk.limits.maxQuoteAge
      }
      const asWanted = { ...order, reduceOnly: reduces }
      const band = yield* Fiber.join(told)
      let checked = preWire(asWanted, { ...question, band })
      const isOutside = checked._tag === "Refused" && checked.faults.some(({ rule }) => rule === "band")
      // The exchange widens its bands during the day.
      if (isOutside && band !== undefined && now - band.at > FRESH_MS) {
        checked = preWire(asWanted, { ...question, band: yield* today.freshBand(instrument.symbol) })
      }
      if (checked._tag === "Refused") {
        return unprepared(
          checked.faults.map(({ remedy, what }) => `${what}. ${remedy}`).join(" | "),
          checked.faults.some((fault) => isLasting(order, fault))
        )
      }
      const unchecked = checked.unchecked.length === 0 ? [] : [`Nobody could check ${checked.unchecked.join(", ")}.`]
      return Result.succeed({
        account: id,
        why: [...route.why, ...unchecked],
        pieces: checked.pieces,
        plan: usualPlan(broker, kernel.options.charges, kernel.options.desk.plan)
      })
    })

  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(DOUBTS_EVERY), lookForDoubts)))
  return prepare
})

const unprepared = (reason: string, lasting = false): Result.Result<never, Unprepared> =>
  Result.fail({ reason, lasting })

/** Orders that it becomes on the wire. */
const callsOf = ({ quantity }: Order, brokers: Brokers["Service"], { symbol }: Instrument): number => {
  for (const { record } of brokers.actors()) {
    const freeze = brokers.instruments(record.broker).ofSymbol(symbol)?.freezeQuantity
    if (freeze !== undefined && freeze > 0) return Math.ceil(quantity / freeze)
  }
  return 1
}

const wireQuote = (kernel: Kernel, instrument: number): WireQuote | undefined => {
  const quote = kernel.quotes.quote(instrument)
  if (quote === undefined) return undefined
  const previousClose = kernel.quotes.previousClose[instrument] ?? 0
  return { ...quote, ...(previousClose > 0 ? { previousClose: paise(previousClose) } : {}) }
}

/** As it stands now. */
const candidate = (
  actor: AccountActor,
  brokers: Brokers["Service"],
  symbol: string,
  armed: ReadonlyArray<string>,
  margin: MarginNeed,
  charges: AccountCandidate["charges"]
): AccountCandidate => {
  const { broker, id } = actor.record
  return {
    account: id,
    broker,
    armed: armed.includes(id),
    preference: actor.wishes.preference?.place ?? null,
    excluded: actor.wishes.excluded !== undefined,
    phase: actor.phase,
    ordersLive: actor.ordersLive,
    tokenEndsAt: actor.token?.endsAt ?? null,
    knowsInstrument: brokers.instruments(broker).ofSymbol(symbol) !== undefined,
    // Brokers name the markets of an account each in their own way; the broker's word on the order settles it.
    markets: null,
    products: ["intraday", "delivery", "carry"],
    types: ["limit", "stop-limit"],
    funds: actor.funds?.available ?? null,
    margin,
    charges,
    room: actor.gate.room(),
    waiting: actor.gate.waiting(),
    failures: actor.gate.failures(),
    resting: actor.gate.resting()
  }
}
