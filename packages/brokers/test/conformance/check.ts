/** How a case runs, what it breaks at the simulator, and what it finds out about a failure. */
import { assert, it } from "@effect/vitest"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Candidate } from "./Candidate.ts"
import { fromStart, type Stage, stage } from "./stage.ts"

/** A case on a stage of its own. */
export const checkOf =
  (candidate: Candidate) => (name: string, run: (on: Stage) => Effect.Effect<void, BrokerError, Scope.Scope>): void => {
    it.live(name, () => fromStart(Effect.scoped(Effect.flatMap(stage(candidate), run))))
  }

/** Once, unless the rule says otherwise. */
export const fault = ({ customer: { broker }, simulation }: Stage, rule: FaultRule): void => {
  simulation.faults.add({ broker, count: 1, ...rule })
}

/** Each failure that a case meets is searched for what was planted. */
const planted = ["planted-secret", "planted-password", "JBSWY3DPEHPK3PXP"]

/** The failure of a call that must fail. */
export const failure = <A>(
  call: Effect.Effect<A, BrokerError, Scope.Scope>,
  on: Stage
): Effect.Effect<BrokerError, never, Scope.Scope> =>
  Effect.map(Effect.flip(call), (error) => {
    const text = `${error.message} ${JSON.stringify(error)} ${error.stack ?? ""}`
    for (const secret of [...planted, Redacted.value(on.token.access)]) {
      assert.isFalse(text.includes(secret), `a secret is in the failure: ${error._tag}`)
    }
    assert.strictEqual(error.broker, on.customer.broker)
    return error
  }).pipe(Effect.orDie)
