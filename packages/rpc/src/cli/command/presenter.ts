/** What the command line says when it cannot make sense of what was given. */
import * as CliOutput from "effect/cli/CliOutput"
import type { HelpDoc } from "effect/cli/HelpDoc"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/** How the command wants to be called, and where the rest is told. */
const remedy = ({ subcommands = [], usage }: HelpDoc, path: string): string => {
  const names = subcommands.flatMap(({ commands }) => commands.map(({ name }) => name))
  return [
    `Usage: ${usage}`,
    ...(names.length === 0 ? [] : [`Subcommands: ${names.join(", ")}`]),
    `All of it: ${path} --help`
  ].join("\n")
}

/** Help that was asked for is an answer and goes to stdout; a mistake is none, and is not buried under the whole help. */
export const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.gen(function*() {
        const formatter = CliOutput.defaultFormatter({ colors: process.stderr.isTTY })
        yield* Console.error(formatter.formatErrors(event.errors).trim())
        yield* Console.error(remedy(event.helpDoc, event.commandPath.join(" ")))
      })
      : CliOutput.defaultPresenter.present(event)
}
