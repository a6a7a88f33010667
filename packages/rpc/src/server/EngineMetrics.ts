/** What the session says of itself, as metrics; `GET /metrics` gives them to Prometheus. */
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"

const samplePeriod = "1 second"

const gauge = (name: string, description: string) => Metric.gauge(`keepgaining_${name}`, { description })

const ticks = gauge("ticks_total", "Ticks folded since the start of the session")
const ticksPerSecond = gauge("ticks_per_second", "Ticks folded in the last second")
const sequence = gauge("sequence", "Sequence number of the newest input")
const feedAge = gauge("feed_age_ms", "Wall-clock age of the newest tick, -1 before the first")
const decisionP50 = gauge("decision_latency_p50_ms", "Frame received to decisions made, median of the last second")
const decisionP99 = gauge("decision_latency_p99_ms", "Frame received to decisions made, 99th percentile")
const unflushed = gauge("unflushed_decisions", "Decisions made but not yet durable")
const heap = gauge("heap_megabytes", "Heap in use")
const databaseLag = gauge("database_lag_records", "Journal records that SQL has not seen yet")
const depth = gauge("mailbox_depth", "Messages waiting in a mailbox")
const capacity = gauge("mailbox_capacity", "Messages that fit a mailbox")
const shed = gauge("mailbox_shed_total", "Messages that a mailbox shed")
const actors = gauge("actors", "Actors by kind and state")
const restarts = gauge("actor_restarts_total", "Restarts of actors by kind")
const deadLetters = gauge("dead_letters_total", "Messages that killed their actor, by kind")
/** WebSockets open now. */
export const connections = gauge("rpc_connections", "WebSocket connections open now")

type Counts = Map<string, { kind: string; state: string; count: number; restarts: number; deadLetters: number }>

const sample = Effect.fnUntraced(function*(session: Session["Service"], known: Counts) {
  const health = session.health()
  yield* Metric.update(ticks, health.ticks)
  yield* Metric.update(ticksPerSecond, health.ticksPerSecond)
  yield* Metric.update(sequence, health.sequence)
  yield* Metric.update(feedAge, health.feedAge ?? -1)
  yield* Metric.update(decisionP50, health.decisionP50)
  yield* Metric.update(decisionP99, health.decisionP99)
  yield* Metric.update(unflushed, health.unflushed)
  yield* Metric.update(heap, health.heapMegabytes)
  yield* Metric.update(databaseLag, health.databaseLag)

  const tree = session.actors()
  for (const mailbox of tree.mailboxes) {
    const attributes = { mailbox: mailbox.name, overflow: mailbox.overflow }
    yield* Metric.update(Metric.withAttributes(depth, attributes), mailbox.depth)
    yield* Metric.update(Metric.withAttributes(capacity, attributes), mailbox.capacity)
    yield* Metric.update(Metric.withAttributes(shed, attributes), mailbox.shed)
  }

  // One series a kind and state, never one an actor: there are thousands. What is gone must go to 0, not stay.
  for (const count of known.values()) Object.assign(count, { count: 0, restarts: 0, deadLetters: 0 })
  for (const { deadLetters, kind, restarts, state } of tree.actors) {
    const key = `${kind}\n${state}`
    const count = known.get(key) ?? { kind, state, count: 0, restarts: 0, deadLetters: 0 }
    count.count += 1
    count.restarts += restarts
    count.deadLetters += deadLetters
    known.set(key, count)
  }
  for (const { count, kind, state, ...totals } of known.values()) {
    const attributes = { kind, state }
    yield* Metric.update(Metric.withAttributes(actors, attributes), count)
    yield* Metric.update(Metric.withAttributes(restarts, attributes), totals.restarts)
    yield* Metric.update(Metric.withAttributes(deadLetters, attributes), totals.deadLetters)
  }
})

/** Samples once a second. */
export const layer: Layer.Layer<never, never, Session> = Layer.effectDiscard(Effect.gen(function*() {
  const session = yield* Session
  const known: Counts = new Map()
  yield* sample(session, known).pipe(
    Effect.andThen(Effect.sleep(samplePeriod)),
    Effect.forever,
    Effect.forkScoped
  )
}))
