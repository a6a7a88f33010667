import { type Instrument } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { NewGttOrder } from "@keepgaining/rpc/contract/Gtt.ts"
import * as Schema from "effect/Schema"
import { assert, describe, it } from "vitest"
import { draftGtt, type GttField, type GttForm, gttProducts, gttRules } from "../../src/gtt/draftGtt.ts"

const share: Instrument = { symbol: "NSE:RELIANCE", exchange: "NSE", kind: "equity", tickSize: 10, lotSize: 1 }
const future: Instrument = { symbol: "NSE:NIFTY26DECFUT", exchange: "NSE", kind: "future", tickSize: 10, lotSize: 75 }
const index: Instrument = { symbol: "NSE:NIFTY 50", exchange: "NSE", kind: "index", tickSize: 5, lotSize: 1 }

const form: GttForm = {
  side: "buy",
  lots: "2",
  product: "delivery",
  kind: "single",
  trigger: "1,180.00",
  limit: "",
  trigger2: "",
  limit2: ""
}
/** Sells what is held, at a loss or with a profit. */
const exits: Partial<GttForm> = {
  side: "sell",
  kind: "oco",
  trigger: "1100",
  limit: "1095",
  trigger2: "1300",
  limit2: "1300"
}

const last = 120_000
const draft = (change: Partial<GttForm> = {}, instrument: Instrument | undefined = share, broker = gttRules.kite) =>
  draftGtt({ ...form, ...change }, instrument, broker, last)

const errorsOf = (...asked: Parameters<typeof draft>): Readonly<Partial<Record<GttField, string>>> => {
  const drafted = draft(...asked)
  return drafted._tag === "Wrong" ? drafted.errors : {}
}
const orderOf = (...asked: Parameters<typeof draft>) => {
  const drafted = draft(...asked)
  if (drafted._tag === "Wrong") throw new Error(JSON.stringify(drafted.errors))
  return drafted
}

describe("a drafted GTT order", () => {
  it("takes the trigger as its limit when none is given, and is one that the contract accepts", () => {
    const { cautions, order } = orderOf()
    assert.deepStrictEqual(order, {
      symbol: "NSE:RELIANCE",
      side: "buy",
      quantity: 2,
      product: "delivery",
      legs: [{ triggerPrice: paise(118_000), limitPrice: paise(118_000) }]
    })
    assert.deepStrictEqual(cautions, [])
    const call = { account: "kite", commandId: "c", bootId: "b", ...order }
    assert.deepStrictEqual(Schema.decodeUnknownSync(NewGttOrder)(call), call)
  })

  it("makes quantities of lots", () => {
    assert.strictEqual(orderOf({ product: "carry" }, future).order.quantity, 150)
    for (const lots of ["", "0", "-1", "1.5", "x"]) assert.isDefined(errorsOf({ lots }).lots, lots)
  })

  it("says which prices are on the tick", () => {
    assert.deepStrictEqual(errorsOf({ trigger: "1180.05", limit: "0" }), {
      trigger: "Must be a multiple of 0.10: 1,180.00 or 1,180.10",
      limit: "A price in rupees, with at most two decimals"
    })
    // What is not asked for is not wrong either.
    assert.deepStrictEqual(errorsOf({ trigger: "1180.05" }), {
      trigger: "Must be a multiple of 0.10: 1,180.00 or 1,180.10"
    })
  })

  it("wants a trigger that is not reached, and of two one on each side of the market", () => {
    assert.deepStrictEqual(Object.keys(errorsOf({ trigger: "1200" })), ["trigger"])
    assert.lengthOf(orderOf(exits).order.legs, 2)
    assert.deepStrictEqual(errorsOf({ ...exits, trigger: "1250" }), {
      trigger: "Must be below the last price, 1,200.00"
    })
    assert.deepStrictEqual(errorsOf({ ...exits, trigger2: "1150", limit2: "" }), {
      trigger2: "Must be above the last price, 1,200.00"
    })
    assert.deepStrictEqual(errorsOf({ ...exits, trigger: "1300", limit: "" }), {
      trigger2: "Must be above the other trigger, 1,300.00"
    })
    assert.deepStrictEqual(Object.keys(errorsOf({ ...exits, trigger2: "", limit2: "" })), ["trigger2"])
  })

  it("compares with no price that is not known", () => {
    assert.strictEqual(draftGtt({ ...form, ...exits, trigger: "1250" }, share, gttRules.kite, Number.NaN)._tag, "Ready")
  })

  it("warns of limits that may not fill", () => {
    assert.lengthOf(orderOf({ limit: "1179" }).cautions, 1)
    assert.lengthOf(orderOf({ side: "sell", limit: "1181" }).cautions, 1)
    assert.lengthOf(orderOf(exits).cautions, 0)
  })

  it("keeps to what the broker takes", () => {
    // Upstox has no limit apart from the trigger, so whatever is left in the field does not count.
    assert.deepStrictEqual(orderOf({ limit: "x" }, share, gttRules.upstox).order.legs, [
      { triggerPrice: paise(118_000), limitPrice: paise(118_000) }
    ])
    assert.lengthOf(orderOf({ ...exits }, share, gttRules.angel).order.legs, 1)
    assert.isDefined(errorsOf({ product: "carry" }, future, gttRules.angel).instrument)
    assert.isDefined(errorsOf({ product: "intraday" }, share, gttRules.fyers).product)
    assert.deepStrictEqual(gttProducts(gttRules.fyers, future), ["carry"])
    assert.deepStrictEqual(gttProducts(gttRules.kite, share), ["delivery", "intraday"])
  })

  it("is of something that can be bought", () => {
    assert.deepStrictEqual(errorsOf({}, index), { instrument: "An index is quoted but cannot be bought" })
    assert.deepStrictEqual(draftGtt(form, undefined, gttRules.kite, last), {
      _tag: "Wrong",
      errors: { instrument: "Choose an instrument" }
    })
  })
})
