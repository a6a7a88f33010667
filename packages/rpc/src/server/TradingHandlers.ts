import { allStrategies } from "@keepgaining/core/strategies/Strategies.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Refused } from "../contract/Failures.ts"
import { TradingRpcs } from "../contract/Trading.ts"
import { whenChanged } from "./Conflated.ts"
import { requireScope } from "./Connection.ts"

/** Events travel in chunks of what is there, up to this many; one chunk costs one round trip. */
const eventChunk = 256

const portfolioPeriodMillis = 250

const maxRows = 10_000

const rows = (limit: number): number => Math.max(0, Math.min(limit, maxRows))

/** The stream ends when the timeline does: event numbers then start again and mean something else. */
const eventsAfter = (session: Session["Service"], after: number) =>
  Stream.suspend(() => {
    const timeline = session.sessionId()
    const rewound = Effect.gen(function*() {
      while (session.sessionId() === timeline) yield* Effect.sleep(200)
    })
    return session.events(Math.max(0, after)).pipe(
      // Collects what comes while a chunk is on its way, and stops the session's stream when it is full.
      Stream.buffer({ capacity: eventChunk }),
      Stream.takeWhile(() => session.sessionId() === timeline),
      Stream.interruptWhen(rewound)
    )
  })

export const make = Effect.gen(function*() {
  const session = yield* Session
  return TradingRpcs.of({
    Events: ({ after }) => eventsAfter(session, after),
    Portfolio: () => whenChanged(portfolioPeriodMillis, session.portfolio, (portfolio) => ({ ...portfolio, now: 0 })),
    Orders: ({ limit }) => Effect.sync(() => session.orders(rows(limit))),
    Fills: ({ limit }) => Effect.sync(() => session.fills(rows(limit))),
    Strategies: () =>
      Effect.sync(() =>
        allStrategies().map(({ name, parameters, summary, version }) => ({
          name,
          version,
          summary,
          parameters: parametersAsJsonSchema(parameters)
        }))
      ),
    Execute: Effect.fn("Execute")(function*({ command, commandId }) {
      yield* requireScope("trade")
      return yield* session.execute(commandId, command).pipe(
        Effect.mapError(({ reason, remedy }) => new Refused({ reason, remedy }))
      )
    })
  })
})

const parametersAsJsonSchema = (parameters: Schema.Top): unknown => {
  const document = Schema.toJsonSchemaDocument(parameters)
  return Object.keys(document.definitions).length === 0
    ? document.schema
    : { ...document.schema, $defs: document.definitions }
}
