/** `keepgaining doctor`: looks at everything the engine needs and says what is wrong and what to do. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as DoctorChecks from "./DoctorChecks.ts"

/** Something is broken; it was said already, so the process only ends with code 1. */
export class DoctorFoundProblems extends Schema.TaggedError<DoctorFoundProblems>()("DoctorFoundProblems", {
  broken: Schema.Array(Schema.String)
}) {
  override readonly [Runtime.errorExitCode] = 1
  override readonly [Runtime.errorReported] = false
}

/** What `serve` uses when it is told nothing. */
export interface Defaults {
  readonly dataDirectory: string
  readonly host: string
  readonly port: number
}

/**
 * The command. `DATABASE_URL` is read from the environment and never printed. Fails with {@link DoctorFoundProblems}
 * when something is broken; what is merely missing or doubtful is said and does not count.
 */
export const make = (defaults: Defaults) =>
  Command.make(
    "doctor",
    {
      data: Flag.String("data").pipe(
        Flag.withDescription("Data directory"),
        Flag.withDefault(defaults.dataDirectory)
      ),
      port: Flag.Int("port").pipe(
        Flag.withDescription("Port that the server would use"),
        Flag.withDefault(defaults.port)
      ),
      json: Flag.Boolean("json").pipe(
        Flag.withDescription("Print the findings as JSON"),
        Flag.withDefault(false)
      )
    },
    Effect.fn("doctor")(function*({ data, json, port }) {
      const databaseUrl = yield* Config.option(Config.Redacted("DATABASE_URL"))
      const findings = yield* DoctorChecks.all({
        dataDirectory: data,
        host: defaults.host,
        port,
        databaseUrl: Option.getOrUndefined(databaseUrl)
      })
      const broken = findings.filter((finding) => finding.state === "broken").map((finding) => finding.check)
      yield* Console.log(
        json ? JSON.stringify({ ok: broken.length === 0, findings }, undefined, 2) : format(findings)
      )
      if (broken.length > 0) return yield* new DoctorFoundProblems({ broken })
    })
  ).pipe(Command.withDescription("Check what the engine needs: versions, database, disk, port, clock"))

const marks = { ok: "ok     ", missing: "missing", warning: "warning", broken: "BROKEN " } as const

/** One line a finding, its remedy below it. */
export const format = (findings: ReadonlyArray<DoctorChecks.Finding>): string => {
  const width = Math.max(...findings.map((finding) => finding.check.length))
  const lines = findings.flatMap(({ check, found, remedy, state }) => {
    const line = `${marks[state]}  ${check.padEnd(width)}  ${found}`
    return remedy === undefined ? [line] : [line, `${" ".repeat(width + 11)}-> ${remedy}`]
  })
  const broken = findings.filter((finding) => finding.state === "broken").length
  lines.push("", broken === 0 ? "Nothing is broken." : `${broken} broken: the engine will not work like this.`)
  return lines.join("\n")
}
