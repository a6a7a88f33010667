/** What is Angel's own and the conformance kit therefore does not ask. */
import { assert, describe, it } from "@effect/vitest"
import { angelAdapter } from "@keepgaining/brokers/angel/angelAccount.ts"
import { AngelMode } from "@keepgaining/brokers/angel/AngelMode.ts"
import type { AccountSettings } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { angelInstruments, angelToken } from "@keepgaining/brokers/simulator/angel/angelSymbols.ts"
import { simulateBrokers, type Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { generateSync } from "otplib"
import { WebSocket } from "ws"
import { customerOf, eventually, someTag, START } from "../conformance/stage.ts"

const customer = customerOf("angel", "A100200")

const totpOf = ({ clock }: Simulation): Redacted.Redacted =>
  Redacted.make(generateSync({ secret: customer.totpSecret, epoch: Math.floor(clock.now / 1_000) }))

const accountOf = (
  simulation: Simulation,
  changes: Partial<Pick<AccountSettings, "apiKey" | "silentAfter" | "capabilities">> = {}
) =>
  angelAdapter.account({
    account: "asha",
    userId: customer.userId,
    apiKey: customer.apiKey,
    apiSecret: Redacted.make(customer.apiSecret),
    redirectUrl: customer.redirectUrl,
    instruments: angelInstruments(simulation.market),
    timeout: 2_000,
    silentAfter: 2_500,
    ...changes
  }, simulation.servers.angel?.url)

const stage = Effect.gen(function*() {
  const simulation = yield* simulateBrokers({ seed: 5, start: START, speed: 10, accounts: [customer] })
  const account = accountOf(simulation)
  const token = yield* account.auth.loginByApi?.(Redacted.make(customer.pin), totpOf(simulation)) ??
    Effect.die("Angel One is logged in to by API")
  return { simulation, account, token, session: account.session(token) }
})

const check = (name: string, run: Effect.Effect<void, BrokerError, Scope.Scope>): void => {
  it.live(name, () => Effect.scoped(run))
}

describe("the Angel One account", () => {
  check(
    "is refused a login with the wrong PIN, code or key, and told what to do",
    Effect.gen(function*() {
      const simulation = yield* simulateBrokers({ seed: 5, start: START, speed: 10, accounts: [customer] })
      const refusal = (pin: string, totp: Redacted.Redacted, apiKey = customer.apiKey) =>
        Effect.gen(function*() {
          const { loginByApi } = accountOf(simulation, { apiKey }).auth
          if (loginByApi === undefined) throw new Error("Angel One is logged in to by API")
          const error = yield* Effect.flip(loginByApi(Redacted.make(pin), totp))
          assert.strictEqual(error._tag, "Refused")
          assert.property(error, "remedy")
          return "code" in error ? error.code : undefined
        }).pipe(Effect.orDie)
      assert.strictEqual(yield* refusal("0000", totpOf(simulation)), "AB1000")
      assert.strictEqual(yield* refusal(customer.pin, Redacted.make("12345")), "AB1050")
      assert.strictEqual(yield* refusal(customer.pin, totpOf(simulation), "another"), "AG8004")
    })
  )
  check(
    "has 20 levels of depth of NSE's shares, with their price; five of contracts",
    Effect.gen(function*() {
      const { session, simulation } = yield* stage
      const of = angelInstruments(simulation.market)
      const share = of.ofSymbol("NSE:SBIN")
      const future = of.all().find(({ instrument }) => instrument.kind === "future" && instrument.exchange === "NSE")
      if (share === undefined || future === undefined) throw new Error("they are always listed")
      const deepest = new Map<number, number>()
      const feed = yield* session.marketFeed.open((batch) => {
        for (let row = 0; row < batch.length; row++) {
          // Rows below the length are within the columns.
          const instrument = batch.ticks.instrument[row]!
          assert.isAbove(batch.ticks.price[row]!, 0)
          deepest.set(instrument, Math.max(deepest.get(instrument) ?? 0, batch.depth.bids[row]!))
        }
      })
      feed.subscribe([share, future], "depth")
      yield* eventually("twenty levels", () => deepest.get(share.index) === 20 || undefined)
      assert.strictEqual(yield* eventually("five levels", () => deepest.get(future.index)), 5)
    })
  )
  check(
    "leaves a mode when it takes another, and unsubscribes all of them",
    Effect.gen(function*() {
      const { session, simulation } = yield* stage
      const share = angelInstruments(simulation.market).ofSymbol("NSE:SBIN")
      if (share === undefined) throw new Error("SBIN is always listed")
      const modes = new Set<number>()
      const feed = yield* session.marketFeed.open((batch) => {
        // Rows below the length are within the columns.
        for (let row = 0; row < batch.length; row++) modes.add(batch.mode[row]!)
      })
      const only = (wanted: ReadonlyArray<number>) =>
        Effect.gen(function*() {
          yield* eventually("the new mode", () => wanted.every((mode) => modes.has(mode)) || undefined)
          modes.clear()
          yield* eventually("the new mode again", () => wanted.every((mode) => modes.has(mode)) || undefined)
          assert.deepStrictEqual([...modes].sort(), wanted)
        })
      feed.subscribe([share], "depth")
      yield* only([AngelMode.snapQuote, AngelMode.depth20])
      feed.subscribe([share], "quote")
      yield* only([AngelMode.quote])
      feed.unsubscribe([share])
      yield* Effect.sleep(150)
      modes.clear()
      yield* Effect.sleep(300)
      assert.strictEqual(modes.size, 0)
    })
  )
  check(
    "keeps a quiet order feed alive by its beats",
    Effect.gen(function*() {
      const { simulation, token } = yield* stage
      const { ended } = yield* accountOf(simulation, { silentAfter: 600 }).session(token).orderFeed.open(() =>
        undefined
      )
      assert.strictEqual((yield* Effect.timeoutOption(ended, 2_000))._tag, "None")
    })
  )
  check(
    "cancels a stop that an earlier session placed, although Angel wants to hear its variety",
    Effect.gen(function*() {
      const { account, session, simulation, token } = yield* stage
      const sbin = simulation.market.ofSymbol("NSE:SBIN")
      if (sbin === undefined) throw new Error("SBIN is always listed")
      const triggerPrice = paise(Math.round(simulation.exchange.quote(sbin).price * 1.05 / 10) * 10)
      const [orderId = ""] = yield* session.orders.place({
        tag: someTag(),
        symbol: "NSE:SBIN",
        side: "buy",
        quantity: 2,
        type: "stop",
        product: "intraday",
        validity: "DAY",
        triggerPrice
      })
      const later = account.session(token)
      yield* eventually(
        "the exchange has it",
        () =>
          simulation.exchange.orders(simulation.exchange.account("angel", customer.userId) ?? missing()).find((
            { status }
          ) => status === "waiting")
      )
      yield* later.orders.cancel(orderId)
      yield* Effect.sleep(100)
      assert.deepInclude((yield* later.orders.book)[0], { orderId, type: "stop", status: "cancelled" })
    })
  )
  check(
    "has open interest with the candles of contracts only",
    Effect.gen(function*() {
      const { session, simulation } = yield* stage
      const future = simulation.market.instruments.find(({ instrument }) => instrument.kind === "future")
      const from = Date.parse("2026-11-20T09:15:00+05:30")
      const ofFuture = yield* session.marketData.candles(future?.instrument.symbol ?? "", "5m", from, from + 3_600_000)
      assert.lengthOf(ofFuture, 13)
      assert.isTrue(ofFuture.every(({ openInterest = 0 }) => openInterest > 0))
      const [ofShare] = yield* session.marketData.candles("NSE:SBIN", "5m", from, from + 3_600_000)
      assert.notProperty(ofShare, "openInterest")
    })
  )
  check(
    "has a chain without Greeks of BSE's options, for which Angel computes none",
    Effect.gen(function*() {
      const { session, simulation } = yield* stage
      const option = simulation.market.instruments.find(({ instrument }) =>
        instrument.kind === "option" && instrument.exchange === "BSE"
      )
      const chain = yield* session.marketData.chain?.("BSE:SENSEX", option?.instrument.expiry ?? "") ??
        Effect.die("there is a chain")
      assert.lengthOf(chain, 22)
      assert.isTrue(chain.every((row) => row.price > 0 && row.greeks === undefined))
    })
  )
  check(
    "asks for the margin of as many legs as the account may, by the documents or by its own number",
    Effect.gen(function*() {
      const { simulation, token } = yield* stage
      const leg = {
        symbol: "NSE:SBIN",
        side: "buy",
        quantity: 1,
        price: paise(80_000),
        product: "intraday"
      } as const
      const many = (count: number, marginLegs?: number) => {
        const own = marginLegs === undefined ? {} : { capabilities: { ...capabilities.angel, marginLegs } }
        return accountOf(simulation, own).session(token).margins.of(Array.from({ length: count }, () => leg))
      }
      assert.isAbove((yield* many(50)).total, 0)
      for (const [count, own] of [[51, undefined], [3, 2]] as const) {
        const error = yield* Effect.flip(many(count, own)).pipe(Effect.orDie)
        assert.deepInclude(error, { _tag: "Refused", code: "legs" })
        assert.include(error.message, `${own ?? 50} legs`)
      }
      // Sent, and the simulator keeps to the documents.
      assert.deepInclude(yield* Effect.flip(many(51, 60)).pipe(Effect.orDie), { _tag: "Refused", code: "AB4033" })
    })
  )

  check(
    "refuses a GTT order with two legs, or of a contract, before it is sent",
    Effect.gen(function*() {
      const { session, simulation } = yield* stage
      const leg = { triggerPrice: paise(80_000), limitPrice: paise(80_000) }
      const order = {
        symbol: "NSE:SBIN",
        side: "buy" as const,
        quantity: 1,
        product: "delivery" as const,
        lastPrice: paise(84_500),
        legs: [leg]
      }
      const place = session.gtt?.place ?? missing()
      assert.strictEqual((yield* Effect.flip(place({ ...order, legs: [leg, leg] })).pipe(Effect.orDie))._tag, "Refused")
      assert.strictEqual((yield* Effect.flip(place({ ...order, product: "carry" })).pipe(Effect.orDie))._tag, "Refused")
      assert.strictEqual(simulation.journal.count("angel", "gtt"), 0)
    })
  )
})

describe("the simulated Angel", () => {
  check(
    "wants every documented header",
    Effect.gen(function*() {
      const { simulation, token } = yield* stage
      const names = ["UserType", "SourceID", "ClientLocalIP", "ClientPublicIP", "MACAddress", "PrivateKey"]
      const ask = (without: string) =>
        Effect.promise(async () => {
          const headers = Object.fromEntries(
            names.filter((name) => name !== without).map((name) => [
              `X-${name}`,
              name === "PrivateKey" ? customer.apiKey : "x"
            ])
          )
          const answer = await fetch(`${simulation.servers.angel?.url}/rest/secure/angelbroking/user/v1/getProfile`, {
            headers: { ...headers, authorization: `Bearer ${Redacted.value(token.access)}` }
          })
          return await answer.json() as unknown
        })
      assert.deepInclude(yield* ask("none of them"), { status: true })
      for (const name of names) assert.deepInclude(yield* ask(name), { success: false, errorCode: "AG8003" }, name)
    })
  )
  check(
    "refuses subscriptions that it cannot read, and depth of what is not NSE's shares",
    Effect.gen(function*() {
      const { simulation, token } = yield* stage
      const future = simulation.market.instruments.find(({ instrument }) => instrument.kind === "future")
      const url = `${simulation.servers.angel?.url.replace("http", "ws")}/smart-stream`
      const feedToken = token.feed === undefined ? "" : Redacted.value(token.feed)
      const headers = (feed: string) => ({
        authorization: Redacted.value(token.access),
        "x-api-key": customer.apiKey,
        "x-client-code": customer.userId,
        "x-feed-token": feed
      })
      const said: Array<string> = []
      const socket = yield* Effect.acquireRelease(
        Effect.callback<WebSocket>((resume) => {
          const made = new WebSocket(url, { headers: headers(feedToken) })
          made.on("message", (data) => said.push(String(data)))
          made.on("open", () => resume(Effect.succeed(made)))
        }),
        (made) => Effect.sync(() => made.terminate())
      )
      socket.send("subscribe, please")
      socket.send(JSON.stringify({
        correlationID: "deep",
        action: 1,
        params: { mode: 4, tokenList: [{ exchangeType: 2, tokens: [angelToken(future ?? missing())] }] }
      }))
      yield* eventually("two refusals", () => said.length >= 2 || undefined)
      assert.deepInclude(JSON.parse(said[0] ?? ""), { errorCode: "E1001" })
      assert.deepInclude(JSON.parse(said[1] ?? ""), { errorCode: "E1002", correlationID: "deep" })
      const refused = yield* Effect.callback<{ readonly status: number | undefined; readonly message: unknown }>(
        (resume) => {
          const made = new WebSocket(url, { headers: headers("another") })
          made.on("error", () => undefined)
          made.on("unexpected-response", (request, { headers: back, statusCode: status }) => {
            resume(Effect.succeed({ status, message: back["x-error-message"] }))
            request.destroy()
          })
        }
      )
      assert.deepStrictEqual(refused, { status: 401, message: "Invalid Feed Token" })
    })
  )
})

const missing = (): never => {
  throw new Error("it is always there")
}
