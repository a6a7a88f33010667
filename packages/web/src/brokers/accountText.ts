/** Accounts in words. */
import { type AccountView, type BrokerName, type StreamView } from "@keepgaining/rpc/contract/Brokers.ts"
import { clock } from "../format/times.ts"

export const brokerTitles: Readonly<Record<BrokerName, string>> = {
  upstox: "Upstox",
  kite: "Zerodha Kite",
  angel: "Angel One",
  fyers: "Fyers"
}

export const phaseTitles: Readonly<Record<AccountView["phase"], string>> = {
  "logged-out": "Logged out",
  "logging-in": "Logging in",
  "connecting": "Connecting",
  "live": "Live",
  "unreachable": "Unreachable"
}

/** Whether a person should look at it. */
export const needsAttention = (account: AccountView): boolean =>
  account.phase === "unreachable" || account.differences.length > 0 || account.resting.length > 0 ||
  (account.phase === "logged-out" && account.nextLoginAt === null)

/** `Asha Rao (AB1234)`. */
export const ownerText = ({ name, userId }: Pick<AccountView, "name" | "userId">): string =>
  name === null ? userId : `${name} (${userId})`

/** What is wrong with a typed address; nothing when none is given. */
export const addressFault = (text: string): string | undefined =>
  text === "" || /^(\d{1,3}\.){3}\d{1,3}$/.test(text) || /^[0-9a-fA-F]*:[0-9a-fA-F:]+$/.test(text)
    ? undefined
    : "That is no IP address, such as 203.0.113.9"

/** `from 203.0.113.9, as generic`. */
export const registeredText = ({ algo, staticIp }: Pick<AccountView, "algo" | "staticIp">): string =>
  staticIp === null && algo === null
    ? "nothing yet"
    : `from ${staticIp ?? "no address"}, as ${algo ?? "no algorithm"}`

/** Why no live order can go through it now, armed or not. */
export const obstacles = (
  account: Pick<AccountView, "phase" | "simulated" | "staticIp" | "algo">
): ReadonlyArray<string> => {
  const found: Array<string> = []
  if (account.phase !== "live") found.push(`it is ${phaseTitles[account.phase].toLowerCase()}`)
  const missing = [
    ...(account.staticIp === null ? ["static IP address"] : []),
    ...(account.algo === null ? ["algorithm id"] : [])
  ]
  if (!account.simulated && missing.length > 0) found.push(`it has no ${missing.join(" and no ")}`)
  return found
}

/** Of an account that the user excluded from new positions. */
export const excludedText = "You excluded it from new positions: only exits go through it."

/** `1st`, `2nd`, `3rd`, `4th`. */
export const placeText = (place: number): string => {
  const [tens, ones] = [place % 100, place % 10]
  const ending = tens >= 11 && tens <= 13 ? "th" : ones === 1 ? "st" : ones === 2 ? "nd" : ones === 3 ? "rd" : "th"
  return `${place}${ending}`
}

/** What an account in Upstox's sandbox is good for. */
export const sandboxText =
  "Orders, changes and cancellations are checked and reach no exchange; there are no ticks, funds, books or GTT orders, and no " +
  "live order is routed here, because nothing would say what became of it."

/** `29 d 23 h`, `12 h 04 m 09 s`, `4 m 09 s`: what is left of a token, ms. */
export const countdown = (millis: number): string => {
  const seconds = Math.max(0, Math.floor(millis / 1_000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number): string => String(value).padStart(2, "0")
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`
  return hours > 0 ? `${hours} h ${two(minutes)} m ${two(rest)} s` : `${minutes} m ${two(rest)} s`
}

/** The token's end is near enough to be told apart, ms. */
export const SOON_MS = 30 * 60_000

export const streamText = (stream: StreamView): string => {
  switch (stream.state) {
    case "off":
      return "off"
    case "connecting":
      return "connecting"
    case "live":
      return stream.reconnects === 0 ? "live" : `live, reconnected ${stream.reconnects} times`
    case "waiting":
      return `waiting: ${stream.detail}`
  }
}

export const heardText = (stream: StreamView): string =>
  stream.lastHeardAt === null ? "nothing heard yet" : `last heard ${clock(stream.lastHeardAt)}`
