/** `keepgaining charges`: what a trade costs, itemised. */
import { chargeClass, chargeRows, chargesOf, contractNote, rateNames } from "@keepgaining/core/charges/Charges.ts"
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { chargeWarnings, leastConfidence } from "@keepgaining/core/charges/chargeWarnings.ts"
import { type Fee, feesOf } from "@keepgaining/core/charges/fees.ts"
import { formatIstDate, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import { loadCharges, loadIndexNames, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"

const paise = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const amount = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 4, maximumFractionDigits: 4 })

const titles = {
  brokerage: "Brokerage",
  stt: "STT",
  exchange: "Exchange transaction charge",
  ipft: "Investor protection fund",
  sebi: "SEBI turnover fee",
  stamp: "Stamp duty",
  gst: "GST",
  total: "Total"
} as const

const feeTitles = {
  "depository-sale": "Depository's fee for the sale",
  "auto-square-off": "If the broker closes it",
  "physical-delivery": "If it ends in delivery (stocks)"
} as const

const feeText = ({ amount: fee, row }: Fee): string => {
  const each = row.unit === "share"
    ? `${amount.format(fee * 100)} % of its value`
    : `₹${paise.format(fee)} ${row.unit === "per-order" ? "an order" : "a scrip and day"}`
  return `  besides, with GST: ${feeTitles[row.fee]}, ${each} (${row.source}, confidence ${row.confidence})`
}

export const chargesCommand = Command.make(
  "charges",
  {
    side: Flag.Literals("side", ["buy", "sell"]).pipe(Flag.withDescription("Which leg")),
    quantity: Flag.Int("quantity").pipe(Flag.withDescription("Shares, or units of a contract (lots times lot size)")),
    price: Flag.Finite("price").pipe(Flag.withDescription("Rupees; of an option its premium")),
    kind: Flag.Literals("kind", ["equity", "future", "option"]).pipe(
      Flag.withDescription("What is traded"),
      Flag.withDefault("equity")
    ),
    product: Flag.Literals("product", ["intraday", "delivery", "carry"]).pipe(
      Flag.withDescription("delivery for shares that are kept, carry for contracts that are kept"),
      Flag.withDefault("intraday")
    ),
    exchange: Flag.Literals("exchange", ["NSE", "BSE"]).pipe(Flag.withDefault("NSE")),
    underlying: Flag.String("underlying").pipe(
      Flag.withDescription(
        "Of a future or option, as its contracts are named; NIFTY or SENSEX when not given. BSE's charge depends on it"
      ),
      Flag.optional
    ),
    security: Flag.Literals("security", ["share", "fund"]).pipe(
      Flag.withDescription("Of an equity: fund for an ETF, which pays less STT when it is delivered"),
      Flag.optional
    ),
    group: Flag.String("group").pipe(
      Flag.withDescription("Of a BSE share, such as A, X or SS: BSE's charge depends on it"),
      Flag.optional
    ),
    plan: Flag.String("plan").pipe(
      Flag.withDescription("Whose brokerage: zerodha, upstox, angel, fyers, or one of your own brokerage-plans.csv"),
      Flag.withDefault("zerodha")
    ),
    data: Flag.String("data").pipe(Flag.withDescription("Data directory"), Flag.withDefault(defaults.dataDirectory)),
    date: Flag.String("date").pipe(Flag.withDescription("Date of the trade; today when not given"), Flag.optional),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
  },
  Effect.fn("charges")(
    function*(
      { data, date, exchange, group, json, kind, plan, price, product, quantity, security, side, underlying: named }
    ) {
      if (quantity < 1) return yield* fail("Usage", "--quantity: at least 1", BAD_INPUT)
      if (!(price > 0)) return yield* fail("Usage", "--price: more than 0 rupees", BAD_INPUT)
      const day = Option.getOrElse(date, () => "") || formatIstDate(yield* Clock.currentTimeMillis)
      const at = parseIst(`${day} 12:00:00`)
      if (at === undefined) return yield* fail("Usage", `--date: ${JSON.stringify(day)} is no date`, BAD_INPUT)
      const underlying = Option.getOrElse(named, () => exchange === "NSE" ? "NIFTY" : "SENSEX")
      const instrument: Instrument = {
        symbol: kind === "equity" ? "the equity" : `${exchange}:${underlying}`,
        exchange,
        kind,
        tickSize: 5,
        lotSize: 1,
        ...(kind === "equity" ? {} : { underlying: `${exchange}:${underlying}` }),
        ...Option.match(security, { onNone: () => ({}), onSome: (security) => ({ security }) }),
        ...Option.match(group, { onNone: () => ({}), onSome: (group) => ({ group: group.toUpperCase() }) })
      }
      const fill = {
        id: "",
        orderId: "",
        book: "",
        instrument: 0,
        side,
        quantity,
        price: paiseFromRupees(price),
        product,
        purpose: "manual" as const,
        at
      }
      const schedule = new ChargeSchedule(yield* reported(loadCharges(userFolder(data))))
      const beyond = schedule.notCovered(day)
      if (beyond !== undefined) return yield* reported(Effect.fail(beyond))
      const kindOf = chargeClass(instrument, product)
      const terms = schedule.plan(plan, kindOf, day)
      if (terms === undefined) {
        return yield* fail(
          "Usage",
          `--plan: no plan ${JSON.stringify(plan)} for ${kindOf} on ${day}; there are ${schedule.planNames.join(", ")}`,
          BAD_INPUT
        )
      }
      const charges = yield* reported(Effect.fromResult(chargesOf(fill, instrument, schedule, plan)))
      const note = contractNote(charges)
      const value = quantity * fill.price / 100
      const names = yield* reported(loadIndexNames(userFolder(data)))
      const underlyingIsIndex = names.isContracts(exchange, underlying)
      const trade = { instrument, side, product, at, underlyingIsIndex }
      const warnings = chargeWarnings(trade, schedule, plan)
      const fees = feesOf(trade, schedule, plan)
      const rows = chargeRows(schedule, instrument, product, side === "buy", day)
      if (json) {
        const { as_of: asOf, confidence, source } = terms
        const about = { date: day, class: kindOf, value, plan: { name: plan, source, asOf, confidence } }
        const rates = Object.fromEntries(rateNames.flatMap((name) => {
          const { row } = rows[name]
          if (row === undefined || row === "free") return []
          const { as_of: asOf, confidence, effective_from: from, rate, source, unit } = row
          return [[name, { rate, unit, from, source, asOf, confidence }]]
        }))
        return yield* Console.log(JSON.stringify({
          ...about,
          confidence: leastConfidence(trade, schedule, plan),
          charges,
          contractNote: note,
          rates,
          fees: fees.map(({ amount, row: { as_of: asOf, confidence, fee, source, unit } }) => ({
            name: fee,
            amount,
            unit,
            source,
            asOf,
            confidence
          })),
          warnings
        }))
      }
      const sureness = (key: keyof typeof titles): string => {
        if (key === "brokerage") return terms.confidence
        if (key === "total") return ""
        const { row } = rows[key]
        return row === undefined || row === "free" ? "" : row.confidence
      }
      // The titles are the charges' own keys.
      const items = Object.keys(titles) as ReadonlyArray<keyof typeof titles>
      yield* Console.log([
        `${side} ${quantity} at ₹${price} (₹${amount.format(value)}), ${kindOf}, ${day}`,
        `  ${"".padEnd(28)} ${"unrounded".padStart(14)} ${"contract note".padStart(14)}  confidence`,
        ...items.map((key) =>
          `  ${titles[key].padEnd(28)} ${amount.format(charges[key]).padStart(14)} ${
            paise.format(note[key]).padStart(14)
          }  ${sureness(key)}`.trimEnd()
        ),
        ...fees.map(feeText),
        `  brokerage by the plan ${plan} (${terms.source}, ${terms.as_of}, confidence ${terms.confidence}); notes differ in rounding`,
        ...warnings.map((warning) => `  warning: ${warning}`)
      ].join("\n"))
    }
  )
).pipe(
  Command.withDescription(
    "What one leg of a trade costs at the rates of its date, itemised and unrounded, with how certain each rate is and what may " +
      "come besides. Dates that the rates are not known for are refused."
  ),
  Command.withShortDescription("What a trade costs, itemised"),
  Command.withExamples([
    {
      command: "keepgaining charges --side sell --quantity 65 --price 150 --kind option",
      description: "One lot of a NIFTY option"
    }
  ])
)
