/** The strategies that ship with the engine, by name. */
import type { AnyStrategy } from "./Strategy.ts"
import { VolumeRocket } from "./VolumeRocket.ts"

const registry: ReadonlyArray<AnyStrategy> = [VolumeRocket]

export const strategyNamed = (name: string): AnyStrategy | undefined =>
  registry.find((strategy) => strategy.name === name)

export const allStrategies = (): ReadonlyArray<AnyStrategy> => registry
