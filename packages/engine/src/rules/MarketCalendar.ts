/** The calendar of the installation: the engine's rules with the user's own over them, read once. */
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { loadCalendar, type RuleFileRefused } from "./RuleFiles.ts"

export class MarketCalendar extends Context.Service<MarketCalendar, TradingCalendar>()(
  "@keepgaining/engine/rules/MarketCalendar"
) {}

/** `user` is the folder of the user's own rule files. */
export const layer = (user?: string): Layer.Layer<MarketCalendar, RuleFileRefused> =>
  Layer.effect(MarketCalendar, loadCalendar(user))
