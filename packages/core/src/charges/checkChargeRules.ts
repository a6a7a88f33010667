/** Which rates, plans and fees nobody has confirmed. */
import type { RuleFinding } from "../calendar/checkRules.ts"
import type { ChargeRules } from "./ChargeSchedule.ts"

interface Sourced {
  readonly source: string
  readonly confidence: string
}

const guess = (topic: string, row: string, { source }: Sourced, remedy: string): RuleFinding => ({
  level: "guess",
  topic,
  row,
  what: source,
  remedy
})

export const checkChargeRules = ({ fees = [], plans, rates }: ChargeRules): ReadonlyArray<RuleFinding> => {
  const isGuess = ({ confidence }: Sourced): boolean => confidence.startsWith("D")
  return [
    ...rates.filter(isGuess).map((row) => {
      const of = [row.charge, row.exchange, row.class, row.scope ?? ""].filter((part) => part !== "").join(" ")
      const remedy =
        "Compare it with a contract note of that time, and put the row with its source into your rules folder"
      return guess("charges", `${of} from ${row.effective_from}`, row, remedy)
    }),
    ...plans.filter(isGuess).map((row) => {
      const remedy = "Put your own plan, as the broker agreed to it, into brokerage-plans.csv in your rules folder"
      return guess("brokerage plans", `${row.plan} ${row.class} from ${row.effective_from}`, row, remedy)
    }),
    ...fees.filter(isGuess).map((row) => {
      const remedy = "Put what your broker takes into broker-fees.csv in your rules folder"
      return guess("broker fees", `${row.plan} ${row.fee} from ${row.effective_from}`, row, remedy)
    })
  ]
}
