/** Runs an indicator for a test: over columns, or candle by candle. */
import { advance, columnsOf, compute } from "@keepgaining/core/indicators/definition/compute.ts"
import type { AnyIndicator, Bar } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { indicatorNamed } from "@keepgaining/core/indicators/Indicators.ts"
import * as Schema from "effect/Schema"

export const named = (name: string): AnyIndicator => {
  const indicator = indicatorNamed(name)
  if (indicator === undefined) throw new Error(`no indicator ${name}`)
  return indicator
}

/** With defaults for what is left out. */
export const parametersOf = (indicator: AnyIndicator, parameters: Readonly<Record<string, unknown>> = {}): unknown =>
  Schema.decodeUnknownSync(indicator.parameters)(parameters)

/** One column for each output, by its name. */
export const columnsByName = (
  indicator: AnyIndicator,
  columns: ReadonlyArray<Float64Array>
): Readonly<Record<string, Float64Array>> =>
  Object.fromEntries(indicator.outputs.map((output, i) => [output, columns[i] ?? new Float64Array(0)]))

export const run = (
  name: string,
  bars: ReadonlyArray<Bar>,
  parameters: Readonly<Record<string, unknown>> = {}
): Readonly<Record<string, Float64Array>> => {
  const indicator = named(name)
  return columnsByName(
    indicator,
    compute(indicator, indicator.initial(parametersOf(indicator, parameters)), columnsOf(bars))
  )
}

/** The same, one candle at a time from that state on. */
export const stream = (indicator: AnyIndicator, state: unknown, bars: ReadonlyArray<Bar>): Array<Float64Array> => {
  const outputs = indicator.outputs.map(() => new Float64Array(bars.length))
  const row = new Float64Array(outputs.length)
  bars.forEach((bar, i) => {
    advance(indicator, state, bar, row)
    outputs.forEach((output, k) => output[i] = row[k] ?? Number.NaN)
  })
  return outputs
}
