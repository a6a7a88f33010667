/** The rates that come with the engine. */
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { loadCharges } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"

export const shippedCharges = new ChargeSchedule(Effect.runSync(loadCharges()))
