import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"

/** The broker's usual plan of brokerage where the schedule has its rates, else `fallback`. */
export const usualPlan = (broker: Broker, schedule: ChargeSchedule, fallback: string): string => {
  const plan = broker === "kite" ? "zerodha" : broker
  return schedule.planNames.includes(plan) ? plan : fallback
}
