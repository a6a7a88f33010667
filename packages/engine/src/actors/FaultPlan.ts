/** Faults on purpose: for tests and drills that show that parts fail alone. Deterministic, as everything is. */

export class InjectedFault extends Error {
  override readonly name = "InjectedFault"
}

export interface FaultPlan {
  /**
   * Called before an actor handles its `handled`-th input at event time `now`, and again before each retry of it; throws
   * an {@link InjectedFault} when that is to fail.
   */
  readonly strike: (path: string, handled: number, now: number) => void
}

/** Which inputs of which actors fail: every n-th, a seeded share of them, or so many a second of event time. */
export interface FaultRule {
  readonly actor: RegExp
  readonly everyNth?: number
  /** 0 to 1. */
  readonly share?: number
  /** Per second of event time. */
  readonly perSecond?: number
  /** A transient fault passes when the input is tried again; a lasting one does not. */
  readonly transient: boolean
}

export const faultPlan = (rules: ReadonlyArray<FaultRule>, seed = 1): FaultPlan => {
  const struck = new Map<string, number>()
  const budgets = new Map<string, { second: number; used: number }>()
  const matches = new Map<string, FaultRule | undefined>()
  let state = seed | 0
  const chance = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0
    return (state >>> 0) / 4_294_967_296
  }
  const due = (rule: FaultRule, path: string, handled: number, now: number): boolean => {
    if (rule.everyNth !== undefined) return handled % rule.everyNth === 0
    if (rule.share !== undefined) return chance() < rule.share
    const second = Math.floor(now / 1_000)
    const budget = budgets.get(path)
    if (budget === undefined || budget.second !== second) {
      budgets.set(path, { second, used: 1 })
      return true
    }
    budget.used += 1
    return budget.used <= (rule.perSecond ?? 0)
  }
  return {
    strike: (path, handled, now) => {
      const known = matches.has(path)
      const rule = known ? matches.get(path) : rules.find((each) => each.actor.test(path))
      if (!known) matches.set(path, rule)
      if (rule === undefined) return
      const before = struck.get(path)
      if (before === handled) {
        if (rule.transient) return
        throw new InjectedFault(`lasting fault in ${path} at input ${handled}`)
      }
      if (!due(rule, path, handled, now)) return
      struck.set(path, handled)
      throw new InjectedFault(`${rule.transient ? "transient" : "lasting"} fault in ${path} at input ${handled}`)
    }
  }
}
