/** What several of the commands on history ask for. */
import { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { SourceName } from "@keepgaining/engine/history/HistorySources.ts"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { defaults } from "../command/installation.ts"

export const shared = {
  data: Flag.String("data").pipe(Flag.withDescription("Data directory"), Flag.withDefault(defaults.dataDirectory)),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
} as const

/** Where candles come from. */
export const sourceFlags = {
  account: Flag.String("account").pipe(
    Flag.withDescription("Broker account whose history is asked for, as `brokers status` names it"),
    Flag.optional
  ),
  url: Flag.String("url").pipe(
    Flag.withDescription("Address of a history server, as `history simulate` prints it, instead of an account"),
    Flag.optional
  )
} as const

/** What the flags name; `undefined` when they name nothing, or two things. */
export const sourceOf = (
  { account, url }: { readonly account: Option.Option<string>; readonly url: Option.Option<string> }
): SourceName | undefined => {
  if (Option.isSome(account) === Option.isSome(url)) return undefined
  return Option.isSome(account)
    ? { _tag: "Account", account: account.value }
    : { _tag: "Server", url: Option.getOrElse(url, () => "") }
}

export const segmentFlag = Flag.Literals("segment", Segment.literals).pipe(
  Flag.withDescription("Whose trading hours all of the instruments have; told by the instrument master when not given"),
  Flag.optional
)
