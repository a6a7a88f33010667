/** What `serve` was asked for, and what is wrong with it. */
import { type SquareOff, usualSquareOff } from "@keepgaining/core/desk/squareOff.ts"
import { MINUTE_MS, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import { MasterBroker } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import { parseWatch } from "@keepgaining/engine/instruments/watchlist.ts"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type DeploymentInput, partitionsOutOfRange } from "../command/DeploymentFlags.ts"

export const profiles = ["demo", "paper", "sim", "live"] as const
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
  readonly flattenOnStop: boolean
  readonly host: string
  readonly port: number
  readonly data: string
  readonly open: boolean
  readonly partitions: number
  readonly seed: number
  readonly capital: number
  readonly pace: number
  readonly at: string
  readonly headStart: number
  readonly masters: string
  readonly warmUp: number
  readonly squareOffEquity: string
  readonly squareOffDerivative: string
  readonly squareOffBeforeClose: number
  readonly keepDifferences: number
  readonly json: boolean
}

/** Of the newest minutes that charts keep. */
export const LONGEST_WARM_UP = 60

const MOST_KEPT_DAYS = 3_650

/** Rupees, 1,000 crore: in paise it stays far below what numbers hold exactly. */
const MOST_CAPITAL = 10_000_000_000

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

/** Market seconds a second that the whole engine, with its deadlines, can follow. */
const FASTEST_SIM = 20

/** Ms since midnight; `undefined` when nothing is given, or the text is no time of day. */
export const beginOf = (at: string): number | undefined => {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(at)
  return match === null ? undefined : timeOfDay(Number(match[1]), Number(match[2]))
}

/** Latest that a square-off may end before the close, minutes. */
const LONGEST_BEFORE_CLOSE = 60

/** When intraday positions are squared off; `undefined` when one of the texts is no time of day. */
export const squareOffOf = (
  { squareOffBeforeClose, squareOffDerivative, squareOffEquity }: Pick<
    ServeInput,
    "squareOffBeforeClose" | "squareOffDerivative" | "squareOffEquity"
  >
): SquareOff | undefined => {
  const [equity, derivative] = [beginOf(squareOffEquity), beginOf(squareOffDerivative)]
  return equity === undefined || derivative === undefined
    ? undefined
    : { ...usualSquareOff, equity, derivative, beforeClose: squareOffBeforeClose * MINUTE_MS }
}

/** What is wrong among the flags; `undefined` when nothing is. */
export const outOfRange = (input: ServeInput): string | undefined => {
  const { capital, headStart, keepDifferences, masters, pace, partitions, port, warmUp, watch } = input
  if (port < 0 || port > 65_535) return `--port: ${port} is no port; give 1 to 65535, or 0 for any`
  if (!(capital >= 1 && capital <= MOST_CAPITAL)) {
    return `--capital: ${capital} is not 1 to ${MOST_CAPITAL} rupees`
  }
  if (pace < 0) return `--pace: ${pace} is negative; give market seconds per second, 0 to let the market stand still`
  if (input.profile === "sim" && !(pace > 0 && pace <= FASTEST_SIM)) {
    return `--pace: ${pace} is not above 0 and at most ${FASTEST_SIM}, which is what simulated brokers can go at`
  }
  if (input.at !== "" && beginOf(input.at) === undefined) {
    return `--at: ${JSON.stringify(input.at)} is no time of day; give 15:20`
  }
  if (mastersOf(masters) === undefined) {
    return `--masters: ${JSON.stringify(masters)} is not none or some of ${MasterBroker.literals.join(", ")}`
  }
  if (warmUp < 0 || warmUp > LONGEST_WARM_UP) return `--warm-up: ${warmUp} is not 0 to ${LONGEST_WARM_UP} days`
  if (keepDifferences < 1 || keepDifferences > MOST_KEPT_DAYS) {
    return `--keep-differences: ${keepDifferences} is not 1 to ${MOST_KEPT_DAYS} days`
  }
  for (const name of ["equity", "derivative"] as const) {
    const text = name === "equity" ? input.squareOffEquity : input.squareOffDerivative
    if (beginOf(text) === undefined) {
      return `--square-off-${name}: ${JSON.stringify(text)} is no time of day; give 15:10`
    }
  }
  if (!(input.squareOffBeforeClose >= 1 && input.squareOffBeforeClose <= LONGEST_BEFORE_CLOSE)) {
    return `--square-off-before-close: ${input.squareOffBeforeClose} is not 1 to ${LONGEST_BEFORE_CLOSE} minutes`
  }
  if (headStart < 0) return `--head-start: ${headStart} is negative; give minutes`
  if (input.recordRaw && (Option.isSome(input.replay) || input.feed === "generated")) {
    return "--record-raw keeps what brokers' feeds send; there is none here. Leave it out"
  }
  const watched = parseWatch(watch)
  if (Result.isFailure(watched)) return `--watch: ${watched.failure.message}`
  if ((input.profile === "sim" || input.profile === "live") && Option.isSome(input.replay)) {
    return `--profile ${input.profile} sends orders to brokers; a replay has none. Leave one of them out`
  }
  if ((input.profile === "sim" || input.profile === "live") && input.feed === "generated") {
    return `--profile ${input.profile} trades at brokers' prices; --feed generated invents them. Leave one of them out`
  }
  return partitionsOutOfRange(partitions)
}
