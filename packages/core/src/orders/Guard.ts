/**
 * The protective watch over open positions of one instrument: stop, target and trailing stop, in the engine and not at
 * the exchange, so that a stop and a target can never both fill. It looks at last traded prices. A guard triggers at most
 * once and is gone; the desk answers with a reduce-only exit. When one tick crosses both stop and target, the stop wins:
 * what happened first inside the tick is not known.
 *
 * With a trail the stop is never further from the best price since the entry than the trail, and never moves back. A
 * tick is first measured against the stop as it stood, then moves it.
 *
 * Instructions take effect at the first tick at or after their `effectiveAt`, in order of that time, then of arrival.
 */
import { type Paise, paise } from "../market/Money.ts"

export interface Guard {
  readonly book: string
  /** Of the position it watches; signed. */
  quantity: number
  stop: Paise | undefined
  target: Paise | undefined
  /** Distance at which the stop follows the best price since the entry. */
  trail: Paise | undefined
  best: Paise
  /** Whether the trail has moved the stop: it then reports as `trail`. */
  trailed: boolean
}

export type GuardInstruction =
  | {
    readonly _tag: "Set"
    readonly book: string
    readonly instrument: number
    readonly quantity: number
    readonly stop: Paise | undefined
    readonly target: Paise | undefined
    readonly trail: Paise | undefined
    /** Price from which the trail starts. */
    readonly reference: Paise
    /** Event time, epoch ms; ticks before it are not looked at. */
    readonly effectiveAt: number
  }
  | {
    readonly _tag: "Clear"
    readonly book: string
    readonly instrument: number
    readonly effectiveAt: number
  }

export interface GuardTrigger {
  readonly book: string
  readonly instrument: number
  readonly purpose: "stop" | "target" | "trail"
  /** Price that triggered it. */
  readonly price: Paise
  readonly at: number
}

/** Plain data. */
export interface GuardState {
  guards: Array<Guard>
  queued: Array<GuardInstruction>
}

export const initial = (): GuardState => ({ guards: [], queued: [] })

export const isIdle = (state: GuardState): boolean => state.guards.length === 0 && state.queued.length === 0

export const instruct = (state: GuardState, instruction: GuardInstruction): void => {
  const after = state.queued.findIndex((each) => each.effectiveAt > instruction.effectiveAt)
  state.queued.splice(after === -1 ? state.queued.length : after, 0, instruction)
}

export const clearAll = (state: GuardState): void => {
  state.guards = []
  state.queued = []
}

export const onTick = (
  state: GuardState,
  instrument: number,
  tick: { readonly time: number; readonly price: Paise },
  emit: (trigger: GuardTrigger) => void
): void => {
  if (tick.price <= 0) return
  let due = state.queued[0]
  while (due !== undefined && due.effectiveAt <= tick.time) {
    state.queued.shift()
    admit(state, due)
    due = state.queued[0]
  }
  if (state.guards.length === 0) return
  let triggered = false
  for (const guard of state.guards) {
    const purpose = watch(guard, tick.price)
    if (purpose === undefined) continue
    triggered = true
    guard.quantity = 0
    emit({ book: guard.book, instrument, purpose, price: tick.price, at: tick.time })
  }
  if (triggered) state.guards = state.guards.filter((guard) => guard.quantity !== 0)
}

const admit = (state: GuardState, instruction: GuardInstruction): void => {
  const known = state.guards.find((guard) => guard.book === instruction.book)
  state.guards = state.guards.filter((guard) => guard !== known)
  if (instruction._tag === "Clear" || instruction.quantity === 0) return
  const { book, quantity, reference, stop, target, trail } = instruction
  // A position that grows keeps the stop that its trail has already won.
  const same = known !== undefined && known.quantity > 0 === quantity > 0
  const guard: Guard = {
    book,
    quantity,
    stop: same && known.trailed ? known.stop : stop,
    target,
    trail,
    best: same ? known.best : reference,
    trailed: same && known.trailed
  }
  follow(guard)
  state.guards.push(guard)
}

const watch = (guard: Guard, price: Paise): GuardTrigger["purpose"] | undefined => {
  const long = guard.quantity > 0
  const { stop, target } = guard
  if (stop !== undefined && (long ? price <= stop : price >= stop)) return guard.trailed ? "trail" : "stop"
  if (target !== undefined && (long ? price >= target : price <= target)) return "target"
  if (long ? price > guard.best : price < guard.best) {
    guard.best = price
    follow(guard)
  }
  return undefined
}

/** Pulls the stop after the best price. */
const follow = (guard: Guard): void => {
  const { stop, trail } = guard
  if (trail === undefined) return
  const long = guard.quantity > 0
  const pulled = paise(long ? guard.best - trail : guard.best + trail)
  if (stop !== undefined && (long ? pulled <= stop : pulled >= stop)) return
  guard.stop = pulled
  guard.trailed = true
}
