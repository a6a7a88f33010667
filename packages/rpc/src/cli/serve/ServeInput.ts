/** What `serve` was asked for, and what is wrong with it. */
import { MasterBroker } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import { parseWatch } from "@keepgaining/engine/instruments/watchlist.ts"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type DeploymentInput, partitionsOutOfRange } from "../command/DeploymentFlags.ts"

export const profiles = ["demo", "paper", "sim"] as const
export type Profile = (typeof profiles)[number]

export interface ServeInput extends DeploymentInput {
  readonly profile: Profile
  readonly replay: Option.Option<string>
  readonly feed: string
  readonly watch: string
  readonly recordRaw: boolean
  readonly speed: string
  readonly paused: boolean
  readonly fresh: boolean
  readonly host: string
  readonly port: number
  readonly data: string
  readonly open: boolean
  readonly partitions: number
  readonly seed: number
  readonly pace: number
  readonly headStart: number
  readonly masters: string
  readonly warmUp: number
  readonly json: boolean
}

/** Of the newest minutes that charts keep. */
export const LONGEST_WARM_UP = 60

/** Event seconds per wall second, 0 = as fast as it goes; `undefined` when the text is neither. */
export const parseSpeed = (text: string): number | undefined => {
  if (text === "max") return 0
  const speed = Number(text)
  return Number.isFinite(speed) && speed > 0 ? speed : undefined
}

/** `undefined` when the text is none of the brokers' names. */
export const mastersOf = (text: string): ReadonlyArray<MasterBroker> | undefined => {
  if (text === "none") return []
  const names = text.split(",").map((name) => name.trim())
  const known = MasterBroker.literals.filter((broker) => names.includes(broker))
  return known.length === names.length ? known : undefined
}

/** What is wrong among the flags; `undefined` when nothing is. */
export const outOfRange = (input: ServeInput): string | undefined => {
  const { headStart, masters, pace, partitions, port, warmUp, watch } = input
  if (port < 0 || port > 65_535) return `--port: ${port} is no port; give 1 to 65535, or 0 for any`
  if (pace < 0) return `--pace: ${pace} is negative; give market seconds per second, 0 to let the market stand still`
  if (mastersOf(masters) === undefined) {
    return `--masters: ${JSON.stringify(masters)} is not none or some of ${MasterBroker.literals.join(", ")}`
  }
  if (warmUp < 0 || warmUp > LONGEST_WARM_UP) return `--warm-up: ${warmUp} is not 0 to ${LONGEST_WARM_UP} days`
  if (headStart < 0) return `--head-start: ${headStart} is negative; give minutes`
  const watched = parseWatch(watch)
  if (Result.isFailure(watched)) return `--watch: ${watched.failure.message}`
  if (input.profile === "sim" && Option.isSome(input.replay)) {
    return "--profile sim runs against simulated brokers; a replay has no brokers. Leave one of them out"
  }
  return partitionsOutOfRange(partitions)
}
