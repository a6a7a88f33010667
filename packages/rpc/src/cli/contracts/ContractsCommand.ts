/** `keepgaining contracts SYMBOL`: what a symbol means, and how everybody else writes it. */
import { isDate } from "@keepgaining/core/calendar/CalendarRules.ts"
import { expiringOn } from "@keepgaining/core/calendar/expiries.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { type Contract, contractKey } from "@keepgaining/core/contracts/Contract.ts"
import { freezeOn, lotOf } from "@keepgaining/core/contracts/ContractRules.ts"
import { isMonthly } from "@keepgaining/core/contracts/Listing.ts"
import { ruleListing } from "@keepgaining/core/contracts/ruleListing.ts"
import { contractOf, symbolOf, SymbolSystem } from "@keepgaining/core/contracts/symbols.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { loadCalendar, loadContractRules, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"

const describe = (contract: Contract): string => {
  switch (contract._tag) {
    case "Share":
      return `share ${contract.name}, series ${contract.series}, ${contract.exchange}`
    case "Future":
      return `future on ${contract.underlying}, expiry ${contract.expiry}, ${contract.exchange}`
    case "Option":
      return `${contract.underlying} ${
        contract.strike / 100
      } ${contract.right}, expiry ${contract.expiry}, ${contract.exchange}`
  }
}

const doubtOf = (calendar: TradingCalendar, { exchange, expiry, underlying }: Exclude<Contract, { _tag: "Share" }>) =>
  Result.getOrElse(expiringOn(calendar, expiry), () => [])
    .find((one) => one.exchange === exchange && one.family === underlying)?.doubt

export const contractsCommand = Command.make(
  "contracts",
  {
    symbol: Argument.String("SYMBOL").pipe(Argument.withDescription("As the system writes it")),
    system: Flag.Literals("system", SymbolSystem.literals).pipe(
      Flag.withDescription("Whose spelling the symbol is in"),
      Flag.withDefault("nse")
    ),
    exchange: Flag.Literals("exchange", ["NSE", "BSE"]).pipe(
      Flag.withDescription("Where it is traded, when the symbol does not say so"),
      Flag.withDefault("NSE")
    ),
    date: Flag.String("date").pipe(
      Flag.withDescription(
        "Day on which the lot and freeze quantity held; today when not given, or the last day of the contract"
      ),
      Flag.optional
    ),
    data: Flag.String("data").pipe(Flag.withDescription("Data directory"), Flag.withDefault(defaults.dataDirectory)),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
  },
  Effect.fn("contracts")(function*({ data, date, exchange, json, symbol, system }) {
    const calendar = yield* reported(loadCalendar(userFolder(data)))
    const rules = yield* reported(loadContractRules(userFolder(data)))
    const listing = ruleListing(calendar)
    const contract = yield* reported(Effect.fromResult(contractOf(system, symbol, listing, exchange)))
    const spellings = Object.fromEntries(
      SymbolSystem.literals.map((other) => [other, symbolOf(other, contract, listing)])
    )
    const today = formatIstDate(yield* Clock.currentTimeMillis)
    const derivative = contract._tag === "Share" ? undefined : contract
    const asked = Option.getOrUndefined(date)
    if (asked !== undefined && !isDate(asked)) {
      return yield* fail("Usage", `--date: ${JSON.stringify(asked)} is no date; give one such as 2026-11-23`, BAD_INPUT)
    }
    // An expired contract has no lot today.
    const day = asked ?? (derivative !== undefined && derivative.expiry < today ? derivative.expiry : today)
    const kind = derivative === undefined ?
      undefined
      : isMonthly(listing, derivative.exchange, derivative.underlying, derivative.expiry)
      ? "monthly"
      : "weekly"
    const lot = derivative === undefined || kind === undefined
      ? undefined
      : lotOf(rules, derivative.underlying, kind, derivative.expiry, day)
    const freeze = derivative === undefined ? undefined : freezeOn(rules, derivative.underlying, day)
    const doubt = derivative === undefined ? undefined : doubtOf(calendar, derivative)
    if (json) {
      const answer = {
        key: contractKey(contract),
        contract,
        kind,
        day,
        doubt,
        lot: lot?.lot,
        freeze: freeze?.quantity,
        spellings
      }
      return yield* Console.log(JSON.stringify(answer))
    }
    yield* Console.log([
      `${describe(contract)}${kind === undefined ? "" : `, ${kind}`}`,
      ...(doubt === undefined ? [] : [`  expiry    ${doubt}`]),
      ...(lot === undefined
        ? []
        : [`  lot       ${lot.lot} (${lot.source}${lot.confidence.startsWith("D") ? "; not confirmed" : ""})`]),
      ...(derivative === undefined
        ? []
        : [
          `  freeze    ${
            freeze === undefined ? `not known for ${day.slice(0, 7)}` : `${freeze.quantity} (${freeze.source})`
          }`
        ]),
      ...Object.entries(spellings).map(([name, text]) => `  ${name.padEnd(9)} ${text}`)
    ].join("\n"))
  })
).pipe(
  Command.withDescription(
    "Read a symbol of NSE, Kite, Fyers, Angel One, OpenAlgo, Upstox or Dhan and write it as all the others do. Index derivatives " +
      "are those that the expiry rules list; a symbol that could mean several contracts is refused with all of them."
  ),
  Command.withShortDescription("What a symbol means, and how others write it")
)
