/** What the engine under test is started with. */
import type { Shift } from "@keepgaining/engine/time/shiftedClock.ts"
import type { ServeInput } from "@keepgaining/rpc/cli/serve/ServeInput.ts"
import * as Option from "effect/Option"

export interface LiveEngine extends Shift {
  readonly data: string
  readonly port: number
  readonly watch: string
}

export const liveInput = ({ data, port, watch }: LiveEngine): ServeInput => ({
  profile: "live",
  replay: Option.none(),
  feed: "auto",
  watch,
  recordRaw: false,
  speed: "1",
  paused: false,
  fresh: false,
  flattenOnStop: false,
  strategy: Option.none(),
  params: "{}",
  symbols: Option.none(),
  lots: 1,
  host: "127.0.0.1",
  port,
  data,
  open: false,
  partitions: 2,
  seed: 1,
  capital: 10_000_000,
  pace: 1,
  at: "",
  headStart: 0,
  squareOffEquity: "15:10",
  squareOffDerivative: "15:20",
  squareOffBeforeClose: 5,
  keepDifferences: 90,
  masters: "none",
  warmUp: 0,
  json: true
})
