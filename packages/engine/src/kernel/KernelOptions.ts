import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import type { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import type { DeskSettings } from "@keepgaining/core/desk/DeskState.ts"
import type { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { AnyStrategy } from "@keepgaining/core/strategies/Strategy.ts"
import type { FaultPlan } from "../actors/FaultPlan.ts"

/** What a kernel is made with; the same options and inputs give the same decisions. */
export interface KernelOptions {
  readonly instruments: InstrumentTable
  /** Of the market that is watched; kept with what is recorded. */
  readonly hours: TradingHours
  readonly partitions: number
  /** Seed of every model and strategy of the session. */
  readonly seed: number
  readonly desk: Omit<DeskSettings, "charges" | "margins">
  /** What trades cost; kept with the session. */
  readonly charges: ChargeSchedule
  /** What positions bind; kept with the session. */
  readonly margins: MarginSchedule
  /** Silence of the whole feed that raises an alarm, ms. */
  readonly staleAfter: number
  readonly strategyNamed: (name: string) => AnyStrategy | undefined
  /** One-minute candles from before the session, by instrument; kept with the session, because strategies begin with them. */
  readonly warmUp?: ReadonlyMap<number, CandleColumns>
  /** Faults on purpose; only tests and drills set it. */
  readonly faults?: FaultPlan
}
