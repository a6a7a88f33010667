/** `keepgaining indicators list`: what there is, with parameters, outputs, warm-up and formula. */
import type { AnyIndicator } from "@keepgaining/core/indicators/definition/Indicator.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { registry } from "./registry.ts"

/** `warmup` is that of the default parameters: candles before the first that can have a value for every output. */
const described = (indicator: AnyIndicator) => {
  const { formula, group, name, outputs, parameters, reads, title } = indicator
  const defaults: unknown = Schema.decodeUnknownSync(indicator.parameters)({})
  return {
    name,
    title,
    group,
    formula,
    parameters: Schema.toJsonSchemaDocument(parameters).schema,
    defaults,
    reads,
    outputs,
    warmup: indicator.warmup(defaults)
  }
}

const format = (indicators: ReadonlyArray<AnyIndicator>): string => {
  const width = Math.max(...indicators.map(({ name }) => name.length))
  return indicators.map((indicator) => {
    const { defaults, name, outputs, title } = described(indicator)
    return `${name.padEnd(width)}  ${title}: ${outputs.join(", ")}  ${JSON.stringify(defaults)}`
  }).join("\n")
}

export const listCommand = Command.make(
  "list",
  {
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print everything about each as JSON: parameters as JSON Schema, formula, warm-up"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("indicators.list")(function*({ json }) {
    const indicators = (yield* registry).allIndicators()
    yield* Console.log(json ? JSON.stringify(indicators.map(described), undefined, 2) : format(indicators))
  })
).pipe(Command.withDescription("List the indicators"))
