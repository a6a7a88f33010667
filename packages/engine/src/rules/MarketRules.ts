/** Rules of the installation that others ask for: the engine's with the user's own over them, read once. */
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import type { ContractRules } from "@keepgaining/core/contracts/ContractRules.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import type { PriceRules } from "@keepgaining/core/contracts/PriceRules.ts"
import type { MarginRow } from "@keepgaining/core/margins/MarginRates.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  loadCalendar,
  loadContractRules,
  loadIndexNames,
  loadMarginRates,
  loadPriceRules,
  type RuleFileRefused
} from "./RuleFiles.ts"

export class MarketRules extends Context.Service<MarketRules, {
  readonly calendar: TradingCalendar
  readonly margins: ReadonlyArray<MarginRow>
  readonly indexNames: IndexNames
  readonly contracts: ContractRules
  readonly prices: PriceRules
}>()("@keepgaining/engine/rules/MarketRules") {}

/** `user` is the folder of the user's own rule files. */
export const layer = (user?: string): Layer.Layer<MarketRules, RuleFileRefused> =>
  Layer.effect(
    MarketRules,
    Effect.all({
      calendar: loadCalendar(user),
      margins: loadMarginRates(user),
      indexNames: loadIndexNames(user),
      contracts: loadContractRules(user),
      prices: loadPriceRules(user)
    })
  )
