/** Flags that say which strategy is to run, for the commands that can start one. */
import type { Deployment } from "@keepgaining/core/deployments/Deployment.ts"
import { type Instrument, isTradable } from "@keepgaining/core/market/Instrument.ts"
import { allStrategies, strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { BAD_INPUT, type CommandFailure, fail } from "./CommandFailure.ts"

export const deploymentFlags = {
  strategy: Flag.String("strategy").pipe(
    Flag.withDescription(`Strategy to run: ${allStrategies().map(({ name }) => name).join(", ")}`),
    Flag.optional
  ),
  params: Flag.String("params").pipe(
    Flag.withDescription("Its parameters as a JSON object; what is left out has its default"),
    Flag.withDefault("{}")
  ),
  symbols: Flag.String("symbols").pipe(
    Flag.withDescription("Instruments to run it on, separated by commas; all that can be traded when not given"),
    Flag.optional
  ),
  lots: Flag.Int("lots").pipe(Flag.withDescription("Lots per entry"), Flag.withDefault(1))
} as const

/** What is wrong with `--partitions`; `undefined` when nothing is. */
export const partitionsOutOfRange = (partitions: number): string | undefined =>
  partitions >= 1 && partitions <= 1_024 ? undefined : `--partitions: ${partitions} is not between 1 and 1024`

export interface DeploymentInput {
  readonly strategy: Option.Option<string>
  readonly params: string
  readonly symbols: Option.Option<string>
  readonly lots: number
}

const decodeParams = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

/** The deployment that the flags ask for; none without `--strategy`. */
export const deploymentOf = (
  input: DeploymentInput,
  instruments: ReadonlyArray<Instrument>
): Effect.Effect<ReadonlyArray<Deployment>, CommandFailure> =>
  Effect.gen(function*() {
    if (Option.isNone(input.strategy)) return []
    const name = input.strategy.value
    if (strategyNamed(name) === undefined) {
      const known = allStrategies().map((strategy) => strategy.name).join(", ")
      return yield* fail("Usage", `--strategy: no strategy ${JSON.stringify(name)}; there is ${known}`, BAD_INPUT)
    }
    const parameters = yield* decodeParams(input.params).pipe(
      Effect.catch((error) => fail("Usage", `--params: ${error.message}. Give a JSON object`, BAD_INPUT))
    )
    if (input.lots < 1) return yield* fail("Usage", "--lots: at least 1", BAD_INPUT)
    const symbols = Option.match(input.symbols, {
      onNone: () => instruments.filter(isTradable).map(({ symbol }) => symbol),
      onSome: (list) => list.split(",").map((symbol) => symbol.trim()).filter((symbol) => symbol !== "")
    })
    return [{
      id: name.toLowerCase(),
      strategy: name,
      parameters,
      instruments: symbols,
      lots: input.lots,
      mode: "paper" as const
    }]
  })
