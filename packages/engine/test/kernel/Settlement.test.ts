/** Whatever is bought and sold of contracts that expire, over days, with a snapshot anywhere: the money adds up. */
import { assert, describe, it } from "@effect/vitest"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { DAY_MS, formatIstDate, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { type Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import type { Kernel } from "@keepgaining/engine/kernel/Kernel.ts"
import { dumpKernel, loadKernel } from "@keepgaining/engine/kernel/KernelSnapshot.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { kernelOf } from "./scenario.ts"

const first = parseIst("2026-06-29 09:15:00")!
const DAYS = 4

const index: Instrument = { symbol: "NSE:NIFTY 50", exchange: "NSE", kind: "index", tickSize: 5, lotSize: 1 }
const contract = (name: string, expiry: string, more: Partial<Instrument>): Instrument => ({
  ...index,
  symbol: `NSE:NIFTY${name}`,
  kind: "future",
  lotSize: 65,
  underlying: index.symbol,
  expiry,
  ...more
})

const instruments: ReadonlyArray<Instrument> = [
  index,
  contract("26JUNFUT", "2026-06-30", {}),
  contract("26JUN24000CE", "2026-06-30", { kind: "option", strike: 2_400_000, right: "CE" }),
  contract("26JUN24300PE", "2026-06-30", { kind: "option", strike: 2_430_000, right: "PE" }),
  contract("2670124000PE", "2026-07-01", { kind: "option", strike: 2_400_000, right: "PE" }),
  contract("26JULFUT", "2026-07-28", {}),
  // Its underlying is not in the session.
  contract("26JUNOTHERFUT", "2026-06-30", { symbol: "NSE:OTHER26JUNFUT", underlying: "NSE:OTHER" })
]
const OTHER = instruments.length - 1

type Input = { readonly batch: TickBatch } | { readonly id: string; readonly side: "buy" | "sell"; readonly at: number }

const start = [2_415_000, 2_416_000, 25_000, 20_000, 15_000, 2_430_000, 500_000]

/** Ticks of a few days, and orders between them. */
const market = (seed: number): ReadonlyArray<Input> => {
  const random = Random.fromSeed(seed)
  const prices = [...start]
  const inputs: Array<Input> = []
  for (let day = 0; day < DAYS; day++) {
    const open = first + day * DAY_MS
    // Every seventh minute, and the last half hour too.
    for (let minute = 0; minute < 375; minute += 7) {
      const ticks = prices.map((price, instrument) => {
        const moved = Math.max(5, price + 5 * (Random.integer(random, 401) - 200))
        prices[instrument] = moved
        return {
          instrument,
          eventTime: open + minute * 60_000 + instrument,
          price: paise(moved),
          volume: 1_000 * (minute + 1),
          bid: paise(moved),
          ask: paise(moved + 5),
          bidQuantity: 1_300,
          askQuantity: 1_300
        }
      })
      inputs.push({ batch: TickBatch.fromTicks(ticks) })
      if (Random.chance(random, 0.3)) {
        inputs.push({
          id: `${day} ${minute}`,
          side: Random.chance(random, 0.5) ? "buy" : "sell",
          at: 1 + Random.integer(random, instruments.length - 1)
        })
      }
    }
    inputs.push({ batch: TickBatch.timer(open + 400 * 60_000) })
  }
  return inputs
}

const feed = (kernel: Kernel, input: Input): void => {
  if ("batch" in input) return kernel.batch(input.batch)
  kernel.command(input.id, {
    _tag: "PlaceOrder",
    request: {
      clientTag: input.id,
      instrument: input.at,
      side: input.side,
      quantity: 65,
      type: "market",
      validity: "DAY",
      product: "carry",
      purpose: "manual",
      reduceOnly: false
    }
  })
}

const fresh = (): Kernel => kernelOf(InstrumentTable.from(instruments))

const take = (kernel: Kernel): ReadonlyArray<Decision> => kernel.takeDecisions().map(({ decision }) => decision)

/** Open positions in contracts that are over, but for those that nobody can settle. */
const overdue = (kernel: Kernel): ReadonlyArray<string> =>
  kernel.desk.state.open.filter((key) => {
    const { expiry = "9999" } = kernel.instruments.at(kernel.desk.state.ledger[key]?.instrument ?? 0)
    const today = formatIstDate(kernel.now)
    return (expiry < today || (expiry === today && kernel.sessionEnded)) && kernel.desk.state.unsettled[key] !== true
  })

const chosen = Schema.Struct({
  seed: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
  /** Where the snapshot is taken, as a share of the inputs. */
  cut: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999 }))
})

describe("settlement", () => {
  it.prop("keeps the books, settles once and leaves nothing behind, from any snapshot", [chosen], ([{ cut, seed }]) => {
    const inputs = market(seed)
    const at = Math.floor(cut * inputs.length)
    const whole = fresh()
    let again: Kernel | undefined
    const decisions: Array<Decision> = []
    inputs.forEach((input, n) => {
      if (n === at) {
        again = fresh()
        assert.isTrue(Result.isSuccess(loadKernel(again, dumpKernel(whole))))
      }
      feed(whole, input)
      if (again !== undefined) feed(again, input)
      decisions.push(...take(whole))
      assert.deepStrictEqual(overdue(whole), [])
    })
    if (again !== undefined) {
      assert.strictEqual(again.digest(), whole.digest())
      assert.deepStrictEqual(again.desk.state, whole.desk.state)
    }

    const cash = new Map<number, number>()
    let charges = 0
    for (const decision of decisions) {
      if (decision._tag !== "Filled") continue
      const { instrument, price, quantity, side } = decision.fill
      cash.set(instrument, (cash.get(instrument) ?? 0) + (side === "sell" ? 1 : -1) * quantity * price)
      charges += decision.charges.total
    }
    let realised = 0
    for (const entry of Object.values(whole.desk.state.ledger)) {
      assert.strictEqual(entry.realised - entry.cost, cash.get(entry.instrument))
      realised += entry.realised
    }
    assert.closeTo(whole.desk.state.booked, realised - charges * 100, 1e-3)
    assert.strictEqual(whole.desk.state.paperBooked, whole.desk.state.booked)

    const settled = decisions.flatMap((each) => each._tag === "PositionSettled" ? [each.instrument] : [])
    assert.strictEqual(new Set(settled).size, settled.length)
    assert.notInclude(settled, OTHER)
    const fills = decisions.filter((each) => each._tag === "Filled" && each.fill.purpose === "settlement")
    assert.strictEqual(fills.length, settled.length)
    const alarms = decisions.filter((each) => each._tag === "Alarm" && each.kind === "open-position")
    assert.isAtMost(alarms.length, 1)
    assert.strictEqual(alarms.length, Object.keys(whole.desk.state.unsettled).length)
  }, { arbitrary: { runs: 8 } })

  it("happens in the recorded market, and the paper books know what is free afterwards", () => {
    const kernel = fresh()
    const decisions: Array<Decision> = []
    for (const input of market(7)) {
      feed(kernel, input)
      decisions.push(...take(kernel))
    }
    const settled = decisions.flatMap((each) => each._tag === "PositionSettled" ? [each.detail] : [])
    assert.isAbove(settled.length, 1)
    assert.isTrue(
      settled.every((detail) => /NSE:NIFTY 50 at ₹[\d,.]+ \(15:2\d:\d\d\), its last price/.test(detail)),
      settled[0]
    )
  })
})
