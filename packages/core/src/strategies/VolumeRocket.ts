import * as Schema from "effect/Schema"
import { defineStrategy } from "./Strategy.ts"

export const VolumeRocket = defineStrategy({
  name: "VolumeRocket",
  version: 1,
  summary: "",
  parameters: Schema.Struct({}),
  intervals: () => ["5m"],
  warmup: () => 1,
  initial: () => ({})
})
