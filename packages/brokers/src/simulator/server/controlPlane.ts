/**
 * The control plane of the simulated brokers, on a port of its own: faults, clock, prices and the journal, for scripts and
 * drills. `GET /_sim` says what there is.
 */
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { Broker } from "../../port/Broker.ts"
import { FaultRule, faultWords } from "../faults/Fault.ts"
import type { Simulation } from "../SimulatedBrokers.ts"

const ClockChange = Schema.Struct({
  /** Epoch ms; never backwards. */
  to: Schema.optionalKey(Schema.Finite),
  /** Virtual ms a wall ms; 0 stands still. */
  speed: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)))
})
const PriceChange = Schema.Struct({
  /** `NSE:RELIANCE`. */
  symbol: Schema.String,
  /** From now on, rupees. */
  price: Schema.Finite.check(Schema.isGreaterThan(0))
})
const Kick = Schema.Struct({ broker: Broker, userId: Schema.String })

interface Answer {
  readonly status: number
  readonly body: unknown
}

const ok = (body: unknown): Answer => ({ status: 200, body })

const help = {
  "GET /_sim": "this list, the clock, addresses and accounts",
  "GET /_sim/journal?after=N": "requests, sockets and faults after entry N",
  "GET /_sim/faults": "faults that are due",
  "POST /_sim/faults":
    "add a fault: {fault, broker?, account?, operation?, symbol?, count?, after?, probability?, applied?, status?, delay?, parts?, to?}",
  "DELETE /_sim/faults[/ID]": "remove one fault, or all",
  "POST /_sim/clock": "{to?: epoch ms, speed?: virtual ms a ms}",
  "POST /_sim/price": "{symbol, price}: the instrument trades there from now on",
  "POST /_sim/kick": "{broker, userId}: tokens of that customer end now",
  "POST /_sim/drop": "{broker, userId}: cuts every socket of that broker"
}

export const controlPlane = (
  simulation: Simulation,
  port: number
): Effect.Effect<{ readonly port: number; readonly url: string }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const decoded = <A>(schema: Schema.Codec<A, unknown>, body: string, use: (value: A) => Answer): Answer => {
      const result = Schema.decodeUnknownResult(Schema.fromJsonString(schema))(body)
      return Result.isSuccess(result)
        ? use(result.success)
        : { status: 400, body: { error: result.failure.message } }
    }
    const answer = (method: string, url: URL, body: string): Answer => {
      const { clock, exchange, faults, journal, market, servers } = simulation
      const [, root, what, id] = url.pathname.split("/")
      if (root !== "_sim") return { status: 404, body: { error: "see GET /_sim" } }
      switch (`${method} ${what ?? ""}`) {
        case "GET ":
          return ok({
            clock: { now: clock.now, speed: clock.speed },
            servers: Object.fromEntries(Object.entries(servers).map(([broker, server]) => [broker, server.url])),
            accounts: [...exchange.accounts.values()].map(({ apiKey, broker, redirectUrl, userId }) => ({
              broker,
              userId,
              apiKey,
              redirectUrl
            })),
            instruments: market.instruments.length,
            calls: help,
            faults: faultWords
          })
        case "GET journal":
          return ok(journal.since(Number(url.searchParams.get("after") ?? 0)))
        case "GET faults":
          return ok(faults.rules)
        case "POST faults":
          return decoded(FaultRule, body, (rule) => ok({ id: faults.add(rule) }))
        case "DELETE faults":
          if (id === undefined) faults.clear()
          else if (!faults.remove(Number(id))) return { status: 404, body: { error: `no fault ${id}` } }
          return ok({})
        case "POST clock":
          return decoded(ClockChange, body, ({ speed, to }) => {
            if (to !== undefined) clock.set(to)
            if (speed !== undefined) clock.setSpeed(speed)
            simulation.catchUp()
            return ok({ now: clock.now, speed: clock.speed })
          })
        case "POST price":
          return decoded(PriceChange, body, ({ price, symbol }) => {
            const of = market.ofSymbol(symbol)
            if (of === undefined) return { status: 404, body: { error: `${symbol} is not listed` } }
            market.moveTo(of, paise(Math.round(price * 100)), simulation.catchUp())
            return ok({})
          })
        case "POST kick":
          return decoded(Kick, body, ({ broker, userId }) => {
            const account = exchange.account(broker, userId)
            if (account === undefined) return { status: 404, body: { error: `no customer ${userId} at ${broker}` } }
            simulation.brokers.find((each) => each.broker === broker)?.revoke(account)
            return ok({})
          })
        case "POST drop":
          return decoded(Kick, body, ({ broker }) => {
            servers[broker]?.dropSockets()
            return ok({})
          })
        default:
          return { status: 404, body: { error: "see GET /_sim" } }
      }
    }
    const server = createServer((request, response) => {
      readAll(request, (body) => {
        const { body: said, status } = answer(request.method ?? "GET", new URL(request.url ?? "/", "http://sim"), body)
        response.writeHead(status, { "content-type": "application/json" })
        response.end(JSON.stringify(said))
      })
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(port, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.callback<void>((resume) => {
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        })
    )
    // A server that listens on TCP has an address of this form.
    const taken = (server.address() as AddressInfo).port
    return { port: taken, url: `http://127.0.0.1:${taken}` }
  })

const readAll = (request: IncomingMessage, then: (body: string) => void): void => {
  const parts: Array<Buffer> = []
  request.on("data", (part: Buffer) => parts.push(part))
  request.on("end", () => then(Buffer.concat(parts).toString("utf8")))
}
