/**
 * Runs cold actors: fibers with a name and a declared policy. A failure or a defect restarts the actor after its backoff;
 * too many in the window stop it, or escalate: then the whole engine fails with {@link Escalated}, so that the process
 * ends and recovery starts from what is durable.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ActorNode, MailboxNode } from "./ActorTree.ts"
import { type ActorKind, policies } from "./Policies.ts"
import { describePolicy, giveUp, initialRecord, type SupervisionRecord } from "./Supervision.ts"

/** An actor that trading depends on could not be kept running. */
export class Escalated extends Schema.TaggedError<Escalated>()("Escalated", {
  actor: Schema.String,
  failure: Schema.String,
  /** What it failed with the last time. */
  thrown: Schema.Unknown
}) {
  override get message(): string {
    return `Actor ${this.actor} cannot be kept running: ${this.failure}`
  }
}

/** Typed errors say what is wrong, where, and what to do; of anything else one wants to know where it was thrown. */
const describe = (cause: Cause.Cause<unknown>, thrown: unknown): string =>
  thrown instanceof Error && "_tag" in thrown ? thrown.message : Cause.pretty(cause)

export class Supervisor extends Context.Service<Supervisor, {
  /**
   * Runs `behaviour` under the name until it ends by itself; each restart runs it anew. Starting a name that runs already
   * replaces it.
   */
  readonly start: <E, R>(
    path: string,
    kind: ActorKind,
    behaviour: Effect.Effect<void, E, R>
  ) => Effect.Effect<void, never, R>
  readonly stop: (path: string) => Effect.Effect<void>
  /** Shows the mailbox in the tree; one of the same name is replaced. */
  readonly watch: (name: string, mailbox: () => MailboxNode) => void
  readonly actors: () => ReadonlyArray<ActorNode>
  readonly mailboxes: () => ReadonlyArray<MailboxNode>
  /** Fails when an actor escalates; never succeeds. */
  readonly escalation: Effect.Effect<never, Escalated>
}>()("@keepgaining/engine/actors/Supervisor") {
  static readonly layer = Layer.effect(
    Supervisor,
    Effect.gen(function*() {
      const fibers = yield* FiberMap.make<string, void, never>()
      const escalation = yield* Deferred.make<never, Escalated>()
      const records = new Map<string, { readonly kind: ActorKind; readonly record: SupervisionRecord }>()
      const mailboxes = new Map<string, () => MailboxNode>()

      const supervise = <E, R>(
        path: string,
        kind: ActorKind,
        behaviour: Effect.Effect<void, E, R>
      ): Effect.Effect<void, never, R> => {
        const policy = policies[kind]
        const record = initialRecord()
        records.set(path, { kind, record })
        const loop: Effect.Effect<void, never, R> = Effect.suspend(() => {
          record.handled++
          record.state = "running"
          return Effect.matchCauseEffect(behaviour, {
            onSuccess: () => {
              record.state = "stopped"
              return Effect.void
            },
            onFailure: (cause) => Cause.hasInterruptsOnly(cause) ? Effect.interrupt : restart(cause)
          })
        })
        const restart = Effect.fnUntraced(function*(cause: Cause.Cause<E>): Effect.fn.Return<void, never, R> {
          const now = yield* Clock.currentTimeMillis
          const thrown = Cause.squash(cause)
          const failure = describe(cause, thrown)
          record.lastFailure = failure.split("\n", 1)[0]
          record.restarts++
          const verdict = giveUp(policy, record, now)
          yield* Effect.logWarning(`Actor ${path} failed: ${failure}`)
          if (verdict === "stop") return
          if (verdict === "escalate") {
            yield* Deferred.fail(escalation, new Escalated({ actor: path, failure, thrown }))
            return
          }
          record.state = "restarting"
          yield* Effect.sleep(Math.max(0, record.mutedUntil - now))
          yield* loop
        })
        return loop
      }

      return Supervisor.of({
        start: (path, kind, behaviour) => Effect.asVoid(FiberMap.run(fibers, path, supervise(path, kind, behaviour))),
        stop: (path) =>
          Effect.andThen(
            FiberMap.remove(fibers, path),
            Effect.sync(() => {
              const known = records.get(path)
              if (known !== undefined) known.record.state = "stopped"
            })
          ),
        watch: (name, mailbox) => void mailboxes.set(name, mailbox),
        actors: () =>
          Array.from(records, ([path, { kind, record }]) => ({
            path,
            kind,
            state: record.state,
            supervision: describePolicy(policies[kind]),
            restarts: record.restarts,
            handled: record.handled,
            deadLetters: record.deadLetters,
            ...(record.lastFailure === undefined ? {} : { lastFailure: record.lastFailure })
          })),
        mailboxes: () => Array.from(mailboxes.values(), (view) => view()),
        escalation: Deferred.await(escalation)
      })
    })
  )
}
