/** The faults that are due. Chance is seeded: the same calls in the same order meet the same faults. */
import * as Random from "@keepgaining/core/random/Random.ts"
import type { Broker } from "../../port/Broker.ts"
import type { FaultKind, FaultRule, Operation } from "./Fault.ts"

export interface FaultScope {
  readonly broker: Broker
  readonly account?: string | undefined
  readonly operation?: Operation | undefined
  readonly symbol?: string | undefined
}

interface Armed {
  readonly id: number
  readonly rule: FaultRule
  left: number
  /** Times that it still lets pass. */
  passes: number
}

export class FaultBoard {
  readonly #random: Random.Random
  #armed: Array<Armed> = []
  #next = 1

  constructor(seed: number) {
    this.#random = Random.fromSeed(seed, 71)
  }

  /** The id by which the rule can be removed. */
  add(rule: FaultRule): number {
    const id = this.#next++
    this.#armed.push({ id, rule, left: rule.count ?? Infinity, passes: rule.after ?? 0 })
    return id
  }

  remove(id: number): boolean {
    const before = this.#armed.length
    this.#armed = this.#armed.filter((each) => each.id !== id)
    return this.#armed.length < before
  }

  clear(): void {
    this.#armed = []
  }

  get rules(): ReadonlyArray<{ readonly id: number; readonly rule: FaultRule; readonly left: number }> {
    return this.#armed
  }

  /** The first rule of one of these kinds that applies here and by chance does; it is used up by one. */
  take(kinds: ReadonlyArray<FaultKind>, scope: FaultScope): FaultRule | undefined {
    for (const armed of this.#armed) {
      const { rule } = armed
      if (!kinds.includes(rule.fault) || !applies(rule, scope)) continue
      if (armed.passes > 0) {
        armed.passes -= 1
        continue
      }
      if (rule.probability !== undefined && !Random.chance(this.#random, rule.probability)) continue
      armed.left -= 1
      if (armed.left <= 0) this.remove(armed.id)
      return rule
    }
    return undefined
  }

  /** All rules of these kinds, wherever they apply; they are used up. */
  takeAll(kinds: ReadonlyArray<FaultKind>): ReadonlyArray<FaultRule> {
    const taken = this.#armed.filter(({ rule }) => kinds.includes(rule.fault))
    this.#armed = this.#armed.filter((each) => !taken.includes(each))
    return taken.map(({ rule }) => rule)
  }

  /** The first rule of one of these kinds that applies here, which is not used up by it: of faults that last. */
  lasting(kinds: ReadonlyArray<FaultKind>, scope: FaultScope): FaultRule | undefined {
    return this.#armed.find(({ rule }) => kinds.includes(rule.fault) && applies(rule, scope))?.rule
  }
}

const applies = (rule: FaultRule, scope: FaultScope): boolean =>
  (rule.broker === undefined || rule.broker === scope.broker) &&
  (rule.account === undefined || rule.account === scope.account) &&
  (rule.operation === undefined || rule.operation === scope.operation) &&
  (rule.symbol === undefined || rule.symbol === scope.symbol)
