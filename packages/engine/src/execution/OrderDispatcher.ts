/**
 * Takes the desk's live orders to the brokers: a lane for each order, begun when its instruction is durable, woken by every
 * change in a broker's book. When it starts it begins a lane for every order that still works, so it can be stopped and
 * started at any time, by supervision or by a crash.
 */
import type { Command, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { type ExchangeInstruction, isWorking } from "@keepgaining/core/orders/Order.ts"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Stream from "effect/Stream"
import * as crypto from "node:crypto"
import type { AccountActor } from "../brokers/AccountActor.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import type { ExchangeToday } from "./ExchangeToday.ts"
import type { LiveOrderPorts } from "./LiveOrderPort.ts"
import { type LaneServices, OrderLane, type Prepare } from "./OrderLane.ts"
import { positionsAt } from "./positionsAt.ts"

/** What a session needs to trade with real money. Its ports are what nobody else can make. */
export interface LiveTrading {
  readonly ports: LiveOrderPorts["Service"]
  readonly prepare: Prepare
  readonly today: ExchangeToday
}

export interface OrderDispatcherOptions extends LiveTrading {
  readonly kernel: () => Kernel
  readonly execute: (commandId: string, command: Command) => Effect.Effect<CommandOutcome>
  /** Number of the newest durable decision. */
  readonly last: () => number
  /** Those after a number, each once it is durable. */
  readonly events: (after: number) => Stream.Stream<{ readonly decision: Decision }>
  /** Key of the session's timeline. */
  readonly session: string
}

/** Between looks for accounts that came or went. */
const LOOK_MS = 500
/** A lane that failed is begun again after so long. */
const PAUSE_MS = 1_000

/** Runs for ever; a failure of one order's lane touches no other. */
export const dispatchOrders = (options: OrderDispatcherOptions): Effect.Effect<void> =>
  Effect.scoped(Effect.gen(function*() {
    const { events, execute, kernel, last, ports, prepare, session, today } = options
    const lanes = new Map<string, OrderLane>()
    const fibers = yield* FiberMap.make<string, void, never>()
    const run = crypto.randomUUID()
    let told = 0
    /** Order ids by the tags that brokers know them by. */
    const tags = new Map<string, string>()
    for (const [id, { slices }] of Object.entries(kernel().desk.state.live)) {
      for (const { tag } of slices) tags.set(tag, id)
    }
    const services: LaneServices = {
      kernel,
      tell: (command) => Effect.suspend(() => execute(`dispatcher ${run} ${++told}`, command)),
      ports,
      prepare,
      today,
      session,
      tagged: (tag, orderId) => void tags.set(tag, orderId)
    }

    const begin = (id: string, isRecovered: boolean): Effect.Effect<OrderLane> =>
      Effect.gen(function*() {
        const known = lanes.get(id)
        if (known !== undefined) return known
        const lane = new OrderLane(id, isRecovered, services)
        lanes.set(id, lane)
        const supervised: Effect.Effect<void> = Effect.catchCause(lane.run, (cause) =>
          Effect.logError(`Order ${id} is taken up again after a failure`, cause).pipe(
            Effect.andThen(Effect.sleep(PAUSE_MS)),
            Effect.andThen(supervised)
          ))
        yield* FiberMap.run(
          fibers,
          id,
          Effect.andThen(
            supervised,
            Effect.sync(() =>
              lanes.delete(id)
            )
          )
        )
        return lane
      })

    const follow = (instruction: ExchangeInstruction): Effect.Effect<void> => {
      const id = instruction._tag === "Place" ? instruction.order.id : instruction.orderId
      return Effect.map(begin(id, false), (lane) => lane.instruct(instruction))
    }

    // Where the events begin is read before the orders are: what happens in between is seen twice, which does no harm.
    const from = last()
    const working = kernel().desk.state.working.slice()
    for (const id of working) {
      const order = kernel().desk.state.orders[id]?.order
      if (order?.venue === "live" && isWorking(order.status)) yield* begin(id, true)
    }

    const listening = new Map<AccountActor, () => void>()
    yield* Effect.addFinalizer(() => Effect.sync(() => listening.forEach((stop) => stop())))
    const late = new Set<string>()
    const attend = Effect.forever(Effect.gen(function*() {
      const present = new Set(ports.all().map(({ actor }) => actor))
      for (const [actor, stop] of listening) {
        if (present.has(actor)) continue
        stop()
        listening.delete(actor)
      }
      for (const actor of present) {
        if (listening.has(actor)) continue
        const stopListening = actor.onChange(({ order }) => {
          const id = order.tag === undefined ? undefined : tags.get(order.tag)
          if (id === undefined) return
          const lane = lanes.get(id)
          if (lane === undefined) late.add(id)
          else lane.wake()
        })
        const stopExpecting = actor.expectPositions((at) => positionsAt(kernel(), actor.record.id, at))
        listening.set(actor, () => {
          stopListening()
          stopExpecting()
        })
        for (const lane of lanes.values()) lane.wake()
      }
      yield* Effect.sleep(LOOK_MS)
    }))
    /** What a broker says of an order whose lane has ended: a fill after the end must still be told. */
    const takeUp = Effect.forever(Effect.gen(function*() {
      for (const id of late) yield* begin(id, true)
      late.clear()
      yield* Effect.sleep(LOOK_MS)
    }))

    yield* Effect.forkScoped(attend)
    yield* Effect.forkScoped(takeUp)
    yield* Stream.runForEach(
      events(from),
      ({ decision }) => decision._tag === "InstructionSent" ? follow(decision.instruction) : Effect.void
    )
  }))
