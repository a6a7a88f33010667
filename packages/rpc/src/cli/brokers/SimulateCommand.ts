/** `keepgaining brokers simulate`: all four brokers on loopback, to trade, script and misbehave against. */
import { controlPlane } from "@keepgaining/brokers/simulator/server/controlPlane.ts"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { formatIst, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { simulatedCustomers } from "@keepgaining/engine/brokers/simulated.ts"
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"
import { redirectUrlOf } from "../serve/brokerLayers.ts"
import { shared } from "./services.ts"

const firstPort = 4301

export const simulateCommand = Command.make(
  "simulate",
  {
    port: Flag.Int("port").pipe(
      Flag.withDescription("Port of the control plane; the brokers follow it, in alphabetical order. 0 takes any"),
      Flag.withDefault(firstPort - 1)
    ),
    seed: Flag.Int("seed").pipe(Flag.withDescription("The market and chance follow from it"), Flag.withDefault(1)),
    start: Flag.String("start").pipe(
      Flag.withDescription("Virtual time at the start, IST: 2026-11-24T10:00:00; the present when not given"),
      Flag.optional
    ),
    speed: Flag.Finite("speed").pipe(
      Flag.withDescription("Virtual seconds a second; 0 stands still until the control plane moves it"),
      Flag.withDefault(1)
    ),
    redirectUrl: Flag.String("redirect-url").pipe(
      Flag.withDescription("Where logins send the browser back to"),
      Flag.withDefault(redirectUrlOf(defaults.port))
    ),
    keepHours: Flag.Boolean("hours").pipe(
      Flag.withDescription(
        "Keep the exchange's hours and holidays: outside them orders are refused and nothing trades"
      ),
      Flag.withDefault(false)
    ),
    limits: Flag.Boolean("limits").pipe(
      Flag.withDescription("Refuse more calls than the brokers' documents allow, as they do"),
      Flag.withDefault(false)
    ),
    json: shared.json
  },
  Effect.fn("brokers.simulate")(function*({ json, keepHours, limits, port, redirectUrl, seed, speed, start }) {
    const now = yield* Clock.currentTimeMillis
    const from = Option.isSome(start) ? parseIst(start.value) : now
    if (from === undefined || speed < 0) {
      return yield* fail("Usage", "--start is a time as 2026-11-24T10:00:00, --speed is not negative", BAD_INPUT)
    }
    const hours = keepHours
      ? calendarHours(yield* reported(loadCalendar(userFolder(defaults.dataDirectory))), { holidays: true })
      : undefined
    yield* Effect.scoped(Effect.gen(function*() {
      const customers = simulatedCustomers(redirectUrl)
      const brokers = customers.map(({ broker }) => broker).sort()
      const ports = port === 0 ? {} : Object.fromEntries(brokers.map((broker, i) => [broker, port + 1 + i]))
      const simulation = yield* simulateBrokers({
        seed,
        start: from,
        speed,
        strikes: 20,
        accounts: customers,
        ports,
        limits,
        ...(hours === undefined ? {} : { hours })
      })
      const control = yield* controlPlane(simulation, port)
      const rows = customers.flatMap((customer) => {
        const url = simulation.servers[customer.broker]?.url
        return url === undefined ? [] : [{ ...customer, url }]
      })
      if (json) {
        yield* Console.log(JSON.stringify({ control: `${control.url}/_sim`, accounts: rows }))
      } else {
        yield* Console.log([
          `Simulated brokers, ${formatIst(from)}, ${speed} s a second. Nothing here is secret or real.`,
          `  control plane ${control.url}/_sim`,
          ...rows.map(({ apiKey, broker, url, userId }) =>
            `  ${broker.padEnd(8)} ${url}   user ${userId}, key ${apiKey}`
          ),
          `  password ${customers[0]?.password}, PIN ${customers[0]?.pin}, TOTP secret ${customers[0]?.totpSecret}`,
          `Try one: keepgaining brokers add kite --user-id AB1234 --api-key kite-simulated-key --root URL`,
          "Ctrl-C stops it."
        ].join("\n"))
      }
      yield* Effect.never
    }))
  })
).pipe(Command.withDescription(
  "Run simulated brokers on this machine: their logins, REST and sockets, and faults by a control plane"
))
