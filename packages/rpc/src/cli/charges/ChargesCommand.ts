/** `keepgaining charges`: what a trade costs, itemised. */
import { type BrokeragePlan, upstoxPlan, zerodhaPlan } from "@keepgaining/core/charges/BrokeragePlan.ts"
import { chargeClass, chargesOf } from "@keepgaining/core/charges/Charges.ts"
import { formatIstDate, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"

const plans: Readonly<Record<"zerodha" | "upstox", BrokeragePlan>> = { zerodha: zerodhaPlan, upstox: upstoxPlan }

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
      Flag.withDescription("Of a BSE option, such as SENSEX: its charge depends on it"),
      Flag.withDefault("SENSEX")
    ),
    plan: Flag.Literals("plan", ["zerodha", "upstox"]).pipe(
      Flag.withDescription("Whose brokerage"),
      Flag.withDefault("zerodha")
    ),
    date: Flag.String("date").pipe(Flag.withDescription("Date of the trade; today when not given"), Flag.optional),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
  },
  Effect.fn("charges")(function*({ date, exchange, json, kind, plan, price, product, quantity, side, underlying }) {
    if (quantity < 1) return yield* fail("Usage", "--quantity: at least 1", BAD_INPUT)
    if (!(price > 0)) return yield* fail("Usage", "--price: more than 0 rupees", BAD_INPUT)
    const day = Option.getOrElse(date, () => "") || formatIstDate(yield* Clock.currentTimeMillis)
    const at = parseIst(`${day} 12:00:00`)
    if (at === undefined) return yield* fail("Usage", `--date: ${JSON.stringify(day)} is no date`, BAD_INPUT)
    const instrument: Instrument = {
      symbol: `${exchange}:${underlying}`,
      exchange,
      kind,
      tickSize: 5,
      lotSize: 1,
      underlying: `${exchange}:${underlying}`
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
    const charges = yield* reported(Effect.fromResult(chargesOf(fill, instrument, plans[plan])))
    const value = quantity * fill.price / 100
    if (json) {
      const { asOf, source } = plans[plan]
      const about = { date: day, class: chargeClass(instrument, product), value, plan: { name: plan, source, asOf } }
      return yield* Console.log(JSON.stringify({ ...about, charges }))
    }
    yield* Console.log([
      `${side} ${quantity} at ₹${price} (₹${amount.format(value)}), ${chargeClass(instrument, product)}, ${day}`,
      ...Object.entries(titles).map(([key, title]) =>
        // The titles are the charges' own keys.
        `  ${title.padEnd(28)} ${amount.format(charges[key as keyof typeof titles]).padStart(14)}`
      ),
      `  brokerage by ${plans[plan].name}'s plan (${plans[plan].source}, ${
        plans[plan].asOf
      }); unrounded, a contract note rounds`
    ].join("\n"))
  })
).pipe(
  Command.withDescription(
    "What one leg of a trade costs at the rates of its date, itemised and unrounded. Dates without a known rate are refused."
  ),
  Command.withShortDescription("What a trade costs, itemised"),
  Command.withExamples([
    {
      command: "keepgaining charges --side sell --quantity 65 --price 150 --kind option",
      description: "One lot of a NIFTY option"
    }
  ])
)
