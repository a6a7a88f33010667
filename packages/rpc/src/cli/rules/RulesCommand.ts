/** `keepgaining rules check`: what of the dated rules needs a look. */
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { checkRules } from "@keepgaining/core/calendar/checkRules.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { CommandFailure, FAILED, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"

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
    const { rules } = yield* reported(loadCalendar(userFolder(data)))
    const today = formatIstDate(yield* Clock.currentTimeMillis)
    const findings = checkRules(rules, today)
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
    "Looks through the dated rules: rows that contradict each other, hours that are not known, coverage that ends soon, and " +
      "rows that are only a guess. Ends with 1 when something is wrong."
  )
)

export const rulesCommand = Command.make("rules").pipe(
  Command.withDescription("The market's dated rules"),
  Command.withSubcommands([checkCommand])
)
