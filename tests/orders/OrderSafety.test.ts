/**
 * Orders over all brokers while everything goes wrong at once: answers are lost, cut, late and wrong, streams break, repeat
 * and leave out, brokers refuse and throttle, and the engine is killed (SIGKILL) again and again. Afterwards: no order that was
 * taken is lost, none was placed twice, nothing is left unknown, and the books of the engine are the brokers' own.
 *
 * `KEEPGAINING_TEST_ORDERS` sets how many orders, `KEEPGAINING_TEST_SEED` the seed.
 */
import type { SimOrder } from "@keepgaining/brokers/simulator/exchange/SimOrder.ts"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { isWorking, type Order, type OrderRequest } from "@keepgaining/core/orders/Order.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import { KeepGaining } from "@keepgaining/rpc/client/KeepGaining.ts"
import type { Event } from "@keepgaining/rpc/contract/Trading.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { assert, it } from "vitest"
import { tokenFor } from "../support/connection.ts"
import { temporaryFolder } from "../support/folder.ts"
import { seed } from "../support/killing.ts"
import { pause } from "../support/orderByHand.ts"
import { until } from "../support/served.ts"
import { freePort } from "./freePort.ts"
import { tradingFloor } from "./tradingFloor.ts"

const ORDERS = Number(process.env["KEEPGAINING_TEST_ORDERS"] ?? 400)
/** One kill for so many orders. */
const ORDERS_A_KILL = 150
/** Accounts that take orders change after so many. */
const ORDERS_AN_ARMING = 60
/** Seconds of the market's time a second. */
const PACE = 8

const faults: ReadonlyArray<FaultRule> = [
  { fault: "reset", operation: "place", applied: true, probability: 0.01 },
  { fault: "reset", operation: "place", applied: false, probability: 0.01 },
  { fault: "hang", operation: "place", applied: true, probability: 0.005 },
  { fault: "hang", operation: "place", applied: false, probability: 0.005 },
  { fault: "truncate", operation: "place", applied: true, probability: 0.01 },
  { fault: "delay", operation: "place", delay: 300, probability: 0.03 },
  { fault: "server-error", operation: "place", status: 503, applied: true, probability: 0.01 },
  { fault: "server-error-html", operation: "place", status: 502, applied: false, probability: 0.01 },
  { fault: "html-answer", operation: "place", applied: true, probability: 0.005 },
  { fault: "rate-limit", operation: "place", probability: 0.01 },
  { fault: "forbidden", operation: "place", probability: 0.005 },
  { fault: "reset", operation: "cancel", applied: true, probability: 0.02 },
  { fault: "server-error", operation: "cancel", status: 500, applied: false, probability: 0.02 },
  { fault: "hang", operation: "modify", applied: true, probability: 0.01 },
  { fault: "reset", operation: "modify", applied: false, probability: 0.02 },
  { fault: "server-error", operation: "book", status: 500, probability: 0.05 },
  { fault: "truncate", operation: "book", probability: 0.02 },
  { fault: "ghost", probability: 0.005 },
  { fault: "reject-at-once", probability: 0.01 },
  { fault: "reject-later", probability: 0.01 },
  { fault: "part-fills", parts: 3, probability: 0.2 },
  { fault: "duplicate", operation: "order-feed", probability: 0.05 },
  { fault: "reorder", operation: "order-feed", probability: 0.05 },
  { fault: "miss", operation: "order-feed", probability: 0.05 },
  { fault: "bad-payload", operation: "order-feed", probability: 0.005 },
  { fault: "disconnect", operation: "order-feed", probability: 0.003 },
  { fault: "reset", operation: "order-feed", probability: 0.002 },
  { fault: "cut-frame", operation: "order-feed", probability: 0.001 }
]

it(`keeps every one of ${ORDERS} orders`, async () => {
  const data = temporaryFolder()
  const scope = Effect.runSync(Scope.make())
  const random = Random.fromSeed(seed, 4711)
  const floor = await Effect.runPromise(Scope.provide(
    tradingFloor({
      data,
      seed,
      pace: PACE,
      port: await freePort(),
      watch: "NSE:RELIANCE,NSE:SBIN,NSE:INFY,NSE:TCS,NSE:ITC,NSE:TATASTEEL,NSE:WIPRO,NIFTY:2"
    }),
    scope
  ))
  const { simulation } = floor
  const token = await tokenFor(data)
  let engine = await floor.start()
  const client = await KeepGaining.connect({ url: engine.url, token, connectTimeout: "60 seconds" }).catch(
    (error: unknown) => {
      console.log(engine.said().slice(-6_000))
      throw error
    }
  )
  try {
    const events: Array<Event> = []
    const orders = new Map<string, Order>()
    void (async () => {
      for await (const event of client.events()) {
        events.push(event)
        if (event.decision._tag === "OrderChanged") orders.set(event.decision.order.id, event.decision.order)
      }
    })().catch(() => undefined)
    await until(
      async () => {
        for await (const { accounts } of client.accounts()) {
          if (accounts.length === floor.accounts.length && accounts.every(({ orders }) => orders.state === "live")) {
            return true
          }
        }
        return undefined
      },
      "all accounts"
    )
    for (const { id } of floor.accounts) await client.arm(id)
    const instruments = await client.instruments()
    const tradable = instruments.flatMap((instrument, index) => isTradable(instrument) ? [{ instrument, index }] : [])
    const latest = new Map<number, number>()
    void (async () => {
      for await (const quote of client.quotes()) latest.set(quote.instrument, quote.last)
    })().catch(() => undefined)
    await until(() => latest.size >= tradable.length || undefined, "prices")
    for (const rule of faults) simulation.faults.add(rule)

    /** Ids of orders that the engine took. */
    const taken = new Set<string>()
    let asked = 0
    let outstanding = 0
    const send = (command: Parameters<KeepGaining["execute"]>[0]): void => {
      outstanding++
      void client.execute(command).then((outcome) => {
        if (command._tag === "PlaceOrder" && outcome._tag === "Done" && outcome.orderId !== undefined) {
          taken.add(outcome.orderId)
        }
      }).finally(() => outstanding--)
    }
    const place = (): void => {
      const { index, instrument } = tradable[Random.integer(random, tradable.length)]!
      const last = latest.get(index)!
      const side = Random.chance(random, 0.5) ? "buy" as const : "sell" as const
      const tick = (price: number) => paise(Math.max(1, Math.round(price / instrument.tickSize)) * instrument.tickSize)
      // So small that costs and losses of all of them stay within the day's limit.
      const lots = 1 + Random.integer(random, instrument.lotSize === 1 ? 9 : 2)
      const kind = Random.integer(random, 10)
      const away = side === "buy" ? -1 : 1
      const shape: Pick<OrderRequest, "type" | "limitPrice" | "triggerPrice"> = kind < 5
        ? { type: "market" }
        : kind < 9
        ? { type: "limit", limitPrice: tick(last * (1 + away * (Random.integer(random, 30) - 5) / 10_000)) }
        : { type: "stop", triggerPrice: tick(last * (1 - away * 0.002)) }
      asked++
      send({
        _tag: "PlaceOrder",
        venue: "live",
        request: {
          clientTag: `s${asked}`,
          instrument: index,
          side,
          quantity: lots * instrument.lotSize,
          validity: "DAY",
          product: "intraday",
          purpose: "manual",
          reduceOnly: false,
          ...shape
        }
      })
    }
    const disturb = (): void => {
      const working = [...orders.values()].filter(({ status }) => isWorking(status))
      const order = working[Random.integer(random, Math.max(1, working.length))]
      if (order === undefined) return
      if (order.type === "limit" && order.limitPrice !== undefined && Random.chance(random, 0.5)) {
        const step = instruments[order.instrument]?.tickSize ?? 5
        send({
          _tag: "ModifyOrder",
          orderId: order.id,
          quantity: order.quantity,
          limitPrice: paise(order.limitPrice + (Random.chance(random, 0.5) ? step : -step))
        })
      } else send({ _tag: "CancelOrder", orderId: order.id })
    }

    /** Everybody in turn, alone or together: otherwise the best account would take nearly all of them. */
    const rearm = (): void => {
      const wanted = floor.accounts.filter(() => Random.chance(random, 0.8))
      const armed = wanted.length === 0 ? floor.accounts : wanted
      for (const account of floor.accounts) {
        outstanding++
        void client.arm(account.id, armed.includes(account)).catch(() => undefined).finally(() => outstanding--)
      }
    }

    let nextKill = ORDERS_A_KILL
    let nextArming = ORDERS_AN_ARMING
    let killed = 0
    while (taken.size < ORDERS) {
      if (outstanding < 40) {
        place()
        if (Random.chance(random, 0.4)) disturb()
        if (Random.chance(random, 0.05)) {
          const { index } = tradable[Random.integer(random, tradable.length)]!
          send({ _tag: "ExitPosition", book: "live", instrument: index })
        }
      }
      // Fewer than ten a second of the market's time.
      await pause(1_000 / PACE / 9)
      if (taken.size >= nextArming) {
        nextArming += ORDERS_AN_ARMING
        rearm()
      }
      if (taken.size < nextKill) continue
      nextKill += ORDERS_A_KILL
      await pause(Random.integer(random, 400))
      await engine.kill()
      killed++
      engine = await floor.start()
    }

    simulation.faults.clear()
    await until(() => outstanding === 0 || undefined, "answers to all commands")
    const settle = async (what: string) =>
      until(() => [...orders.values()].every(({ status }) => !isWorking(status)) || undefined, what, 120)
    send({ _tag: "Kill", stage: "flatten" })
    await settle("the end of all orders")
    // What a stream left out is in the brokers' books, which are read once a minute of the market's time.
    await pause(2 * 60_000 / PACE)
    await settle("the end of all orders")

    // ---- what must hold ------------------------------------------------------------------------------------------
    const routes = new Map(
      events.flatMap(({ decision }) => decision._tag === "OrderRouted" ? [[decision.orderId, decision] as const] : [])
    )
    const placed = new Map<string, Array<SimOrder>>()
    for (const account of simulation.exchange.accounts.values()) {
      for (const order of simulation.exchange.orders(account)) {
        const tag = order.tag ?? "none"
        placed.set(tag, [...(placed.get(tag) ?? []), order])
      }
    }
    for (const id of taken) assert.isTrue(orders.has(id), `${id} was taken and is lost`)
    const known = new Set<string>()
    for (const order of orders.values()) {
      assert.notStrictEqual(order.status, "unknown", order.id)
      const route = routes.get(order.id)
      const rows = (route?.slices ?? []).flatMap(({ tag }) => placed.get(tag) ?? [])
      for (const { tag } of route?.slices ?? []) {
        known.add(tag)
        assert.isAtMost(placed.get(tag)?.length ?? 0, 1, `${order.id} was placed twice`)
      }
      const filled = rows.reduce((sum, row) => sum + row.filled, 0)
      assert.strictEqual(
        order.filledQuantity,
        filled,
        `${order.id} ${order.status} ${JSON.stringify(rows.map((row) => row.status))}`
      )
      const value = rows.reduce((sum, row) => sum + row.filled * row.averagePrice, 0)
      // An order's fills are whole paise each.
      assert.closeTo(order.filledQuantity * order.averagePrice, value, Math.max(1, filled), order.id)
    }
    for (const [tag] of placed) assert.isTrue(known.has(tag), `nobody knows of the order ${tag}`)
    const unknown = events.filter(({ decision }) =>
      decision._tag === "OrderChanged" && decision.order.status === "unknown"
    )
    const count = (status: Order["status"]) => [...orders.values()].filter((order) => order.status === status).length
    console.log(
      `${orders.size} orders, ${killed} kills, ${
        new Set(unknown.map(({ decision }) => decision._tag === "OrderChanged" ? decision.order.id : "")).size
      } were unknown for a while; ` +
        `complete ${count("complete")}, cancelled ${count("cancelled")}, rejected ${count("rejected")}; by account: ` +
        floor.accounts.map(({ id }) => `${id} ${[...orders.values()].filter(({ account }) => account === id).length}`)
          .join(", ")
    )
    const reasons = new Map<string, number>()
    for (const { reason, status } of orders.values()) {
      if (status === "rejected") reasons.set(reason ?? "", (reasons.get(reason ?? "") ?? 0) + 1)
    }
    console.log([...reasons].map(([reason, times]) => `${times} x ${reason}`).join("\n"))
    assert.isAbove(unknown.length, 0, "no answer was ever lost: nothing was tested")

    const net = new Map<string, number>()
    for (const { account, filledQuantity, instrument, side } of orders.values()) {
      const key = `${account} ${instruments[instrument]?.symbol}`
      net.set(key, (net.get(key) ?? 0) + (side === "buy" ? filledQuantity : -filledQuantity))
    }
    for (const { broker, id, userId } of floor.accounts) {
      const account = simulation.exchange.account(broker, userId)
      for (const position of account?.positions.values() ?? []) {
        assert.strictEqual(
          net.get(`${id} ${position.of.instrument.symbol}`) ?? 0,
          position.buyQuantity - position.sellQuantity,
          `${id} ${position.of.instrument.symbol}`
        )
      }
    }
  } catch (error) {
    console.log(engine.said().slice(-6_000))
    throw error
  } finally {
    await client.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}, 1_800_000)
