/** `keepgaining rules check`: what of the dated rules needs a look. */
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { checkRules } from "@keepgaining/core/calendar/checkRules.ts"
import type { RuleFinding } from "@keepgaining/core/calendar/checkRules.ts"
import { checkChargeRules } from "@keepgaining/core/charges/checkChargeRules.ts"
import { checkContractRules, contradictionFindings } from "@keepgaining/core/contracts/checkContractRules.ts"
import { contradictions, type DatedRules } from "@keepgaining/core/contracts/contradictions.ts"
import { checkMarginRates } from "@keepgaining/core/margins/checkMarginRates.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import * as Database from "@keepgaining/engine/database/Database.ts"
import * as InstrumentStore from "@keepgaining/engine/instruments/InstrumentStore.ts"
import { MasterBroker } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import {
  loadCalendar,
  loadCharges,
  loadContractRules,
  loadMarginRates,
  loadPriceRules,
  userFolder
} from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import * as path from "node:path"
import { CommandFailure, FAILED, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"

/** A master of more days ago says little about today. */
const FRESH_DAYS = 7

/** What the stored masters of all brokers say against the rules; nothing when there is no database yet. */
const againstMasters = Effect.fn("rules.againstMasters")(function*(rules: DatedRules, data: string, today: string) {
  const folder = path.join(data, "database")
  const server = yield* Config.option(Config.String("DATABASE_URL"))
  const missing = (what: string): RuleFinding => ({
    level: "stale",
    topic: "instrument masters",
    row: "",
    what,
    remedy: "Run `keepgaining instruments sync`, then this again"
  })
  if (Option.isNone(server) && !fs.existsSync(folder)) return [missing("there is none to compare the rules with")]
  return yield* Effect.gen(function*() {
    const store = yield* InstrumentStore.InstrumentStore
    const findings: Array<RuleFinding> = []
    let compared = 0
    for (const broker of MasterBroker.literals) {
      const master = yield* store.master(broker)
      if (master === undefined) continue
      compared++
      const age = dayOf(today) - dayOf(master.day)
      if (age > FRESH_DAYS) findings.push(missing(`the newest of ${broker} is ${age} days old (${master.day})`))
      findings.push(...contradictionFindings(broker, contradictions(rules, yield* store.entries(broker), master.day)))
    }
    return compared === 0 ? [missing("there is none to compare the rules with")] : findings
  }).pipe(
    Effect.provide(InstrumentStore.layer.pipe(Layer.provide(Database.layerConfig(folder)))),
    // The rules themselves can be checked all the same: what could not be compared is told as a finding.
    Effect.catch((error) => Effect.succeed([missing(`the database cannot be read: ${error.message}`)]))
  )
})

const checkCommand = Command.make(
  "check",
  {
    data: Flag.String("data").pipe(
      Flag.withDescription("Data directory; rule files in its folder rules/ come before the engine's"),
      Flag.withDefault(defaults.dataDirectory)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
  },
  Effect.fn("rules.check")(function*({ data, json }) {
    const user = userFolder(data)
    const calendar = yield* reported(loadCalendar(user))
    const contracts = yield* reported(loadContractRules(user))
    const prices = yield* reported(loadPriceRules(user))
    const charges = yield* reported(loadCharges(user))
    const margins = yield* reported(loadMarginRates(user))
    const today = formatIstDate(yield* Clock.currentTimeMillis)
    const findings = [
      ...checkRules(calendar.rules, today),
      ...checkContractRules(contracts, prices, today),
      ...checkChargeRules(charges),
      ...checkMarginRates(margins),
      ...yield* againstMasters({ calendar, contracts, prices }, data, today)
    ]
    const wrong = findings.filter(({ level }) => level === "wrong")
    if (json) yield* Console.log(JSON.stringify({ ok: wrong.length === 0, today, findings }))
    else {
      const lines = findings.map(({ level, remedy, row, topic, what }) =>
        `${level.padEnd(5)} ${topic}${row === "" ? "" : ` ${row}`}: ${what}. ${remedy}`
      )
      const horizon = dateOf(dayOf(today) + 1)
      yield* Console.log(lines.length === 0 ? `Nothing to look at before ${horizon}` : lines.join("\n"))
    }
    if (wrong.length > 0) {
      return yield* new CommandFailure({ cause: "RulesWrong", reason: `${wrong.length} rules are wrong`, code: FAILED })
    }
  })
).pipe(
  Command.withDescription(
    "Looks through the dated rules: rows that contradict each other, hours that are not known, coverage that ends soon, rows " +
      "that are only a guess (charges, plans, fees and margins too), and contracts of which the stored instrument masters say something else. Ends with 1 when something is wrong."
  )
)

export const rulesCommand = Command.make("rules").pipe(
  Command.withDescription("The market's dated rules"),
  Command.withSubcommands([checkCommand])
)
