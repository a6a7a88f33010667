/** What of the rules about contracts and prices needs a look, and where they contradict a broker's instrument master. */
import type { RuleFinding } from "../calendar/checkRules.ts"
import type { ContractRules } from "./ContractRules.ts"
import type { Contradiction } from "./contradictions.ts"
import type { PriceRules } from "./PriceRules.ts"

const COMPARE = "Compare it with the broker's instrument master (`keepgaining instruments sync`)"

export const checkContractRules = (
  { freezes, lots }: ContractRules,
  { limits, ticks }: PriceRules,
  today: string
): ReadonlyArray<RuleFinding> => {
  const findings: Array<RuleFinding> = []
  for (const row of lots) {
    if (!row.confidence.startsWith("D")) continue
    const what = `lot ${row.lot}: ${row.source}`
    const name = `${row.underlying} ${row.kind} from ${row.first_expiry}`
    findings.push({ level: "guess", topic: "lots", row: name, what, remedy: COMPARE })
  }
  for (const underlying of new Set(freezes.map((row) => row.underlying))) {
    if (freezes.some((row) => row.underlying === underlying && row.effective_from.slice(0, 7) === today.slice(0, 7))) {
      continue
    }
    findings.push({
      level: "stale",
      topic: "freeze quantities",
      row: underlying,
      what: `not known for ${today.slice(0, 7)}; the exchange reviews them every month`,
      remedy:
        "Add the month's row to freeze-quantities.csv in your rules folder, or sync an instrument master that has them"
    })
  }
  for (const row of [...ticks, ...limits]) {
    if (!row.confidence.startsWith("D")) continue
    const name = `${row.exchange} ${row.class} from ${row.effective_from}`
    findings.push({ level: "guess", topic: "prices", row: name, what: "no source confirms it", remedy: COMPARE })
  }
  return findings
}

/** Contracts of one underlying that disagree in the same way are one finding: a wrong lot is wrong for hundreds of them. */
export const contradictionFindings = (broker: string, found: Iterable<Contradiction>): ReadonlyArray<RuleFinding> => {
  const groups = new Map<string, { readonly first: Contradiction; count: number }>()
  for (const one of found) {
    const [underlying] = one.id.split("|").slice(1)
    const key = `${underlying} ${one.about} ${one.master} ${one.rule}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { first: one, count: 1 })
    else group.count++
  }
  return Array.from(groups.values(), ({ count, first }): RuleFinding => ({
    level: "wrong",
    topic: `${first.about} (${broker})`,
    row: count === 1 ? first.id : `${first.id} and ${count - 1} more`,
    what: `the master says ${first.master}, the rules ${first.rule} (${first.source}); no live order goes to it`,
    remedy: "Read the exchange's circular and correct the row in your rules folder, or report it to the broker"
  }))
}
