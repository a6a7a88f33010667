/** The rates that come with the engine. */
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"

export const shippedMargins = new MarginSchedule(Effect.runSync(loadMarginRates()))
