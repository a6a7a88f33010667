/** The {@link Session} that outsiders see, over whichever engine runs at the moment. */
import type { Interval } from "@keepgaining/core/candles/Interval.ts"
import type { Command, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import { fundsForManual } from "@keepgaining/core/desk/funds.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as crypto from "node:crypto"
import { Supervisor } from "../actors/Supervisor.ts"
import { hotActors } from "../kernel/actorTree.ts"
import { valuePortfolio } from "../portfolio/valuePortfolio.ts"
import { Session, SessionRefused } from "./Session.ts"
import type { SessionEngine } from "./SessionEngine.ts"

/** What of a session may change while it runs: a replay that is rewound gets another engine on another timeline. */
export interface Running {
  readonly engine: SessionEngine
  /** Key of its timeline. */
  readonly key: string
}

const SAMPLE_MILLIS = 1_000

export const sessionService = (options: {
  readonly mode: Session["Service"]["mode"]
  readonly running: () => Running
  /** Gives the command to the engine; a replay may have to wait for a rewind first. */
  readonly execute: (commandId: string, command: Command) => Effect.Effect<CommandOutcome>
  readonly replay: Session["Service"]["replay"]
}): Effect.Effect<Session["Service"], never, Supervisor | Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const supervisor = yield* Supervisor
    const engine = () => options.running().engine
    const kernel = () => engine().kernel
    engine().sample(0)
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(
      Effect.sleep(SAMPLE_MILLIS),
      Effect.sync(() => engine().sample(SAMPLE_MILLIS))
    )))
    return Session.of({
      mode: options.mode,
      bootId: crypto.randomUUID(),
      sessionId: () => options.running().key,
      instruments: () => kernel().instruments,
      quotes: () => kernel().quotes,
      candles: (instrument, interval, limit) => kernel().history.newest(instrument, interval, limit),
      formingCandle: (instrument: number, interval: Interval) =>
        kernel().partitionOf(instrument).cells[instrument]?.instrument.builder.forming(interval),
      events: (after) => Stream.suspend(() => engine().events.after(after)),
      execute: options.execute,
      charging: () => ({ schedule: kernel().options.charges, plan: kernel().options.desk.plan }),
      paperFunds: (order) => fundsForManual(kernel().desk, order),
      portfolio: () => valuePortfolio(kernel()),
      orders: (limit) => engine().core.orders(limit),
      fills: (limit) => engine().core.fills(limit),
      actors: () => ({
        actors: [...supervisor.actors(), ...hotActors(kernel())],
        mailboxes: supervisor.mailboxes()
      }),
      deadLetters: (limit) => kernel().deadLetters.newest(limit),
      retryDeadLetter: (id) =>
        Effect.flatMap(
          options.execute(crypto.randomUUID(), { _tag: "RetryDeadLetter", id }),
          (outcome) => {
            if (outcome._tag === "Done") return Effect.void
            return Effect.fail(new SessionRefused({ reason: outcome.reason, remedy: outcome.remedy }))
          }
        ),
      health: () => engine().health(clock.currentTimeMillisUnsafe()),
      replay: options.replay
    })
  })
