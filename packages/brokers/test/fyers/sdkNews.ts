/**
 * What the official SDK's parser of HSM frames (fyers-api-v3, `HSWebSocket`) should tell of our rows: text by field name, of
 * each record what changed.
 */
import { assert } from "@effect/vitest"
import { HsmMode } from "@keepgaining/brokers/fyers/HsmTopic.ts"
import type { Row } from "../wire/rowOf.ts"

/** The instrument that is an index; all others are symbols. */
export const INDEX = 9

export type Fields = Readonly<Record<string, string>>

const price = (paise: number): string => (paise / 100).toFixed(2)
/** The SDK adds bytes up as signed numbers: from 2^31 on it shows the number less 2^32. Ours are unsigned. */
const count = (value: number): string => String(value | 0)
const two = (value: number): string => String(value).padStart(2, "0")
/** In the zone of the process, whatever that is. */
const time = (instant: number): string => {
  const at = new Date(instant)
  const date = `${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}`
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** What the SDK works out itself. */
const change = (last: number, close: number): Fields => ({
  cng: price(last - close),
  nc: String(Number(((last - close) / close * 100).toFixed(2)))
})

/** Our row of a topic as the SDK has it; `before`: what was known of the topic, which a price alone leaves as it was. */
const asFields = (row: Row, before: { readonly fields: Fields; readonly close: number } | undefined): Fields => {
  switch (row.mode) {
    case HsmMode.lite:
      assert.isDefined(before)
      return {
        ...before.fields,
        ...(row.instrument === INDEX ? { iv: price(row.price) } : { ltp: price(row.price) }),
        ...change(row.price, before.close)
      }
    case HsmMode.index:
      return {
        name: "if",
        e: "nse_cm",
        tk: "Nifty 50",
        iv: price(row.price),
        ic: price(row.close),
        tvalue: time(row.eventTime),
        highPrice: price(row.high),
        lowPrice: price(row.low),
        openingPrice: price(row.open),
        ...change(row.price, row.close)
      }
    case HsmMode.depth: {
      const side = (levels: Row["bids"], price_: string, quantity: string, orders: string): Fields =>
        Object.fromEntries(levels.flatMap((level, i) => [
          [`${price_}${i === 0 ? "" : i}`, price(level.price)],
          [`${quantity}${i === 0 ? "" : i}`, count(level.quantity)],
          [`${orders}${i + 1}`, count(level.orders)]
        ]))
      return {
        name: "dp",
        e: "nse_cm",
        tk: `30${row.instrument}`,
        ...side(row.bids, "bp", "bq", "bno"),
        ...side(row.asks, "sp", "bs", "sno")
      }
    }
    default:
      return {
        name: "sf",
        e: "nse_cm",
        tk: `30${row.instrument}`,
        ltp: price(row.price),
        v: count(row.volume),
        ltt: time(row.lastTradeTime),
        fdtm: time(row.eventTime),
        bq: count(row.bidQuantity),
        bs: count(row.askQuantity),
        bp: price(row.bid),
        sp: price(row.ask),
        ltq: count(row.lastQuantity),
        tbq: count(row.totalBuy),
        tsq: count(row.totalSell),
        ap: price(row.averagePrice),
        oi: count(row.openInterest),
        lo: price(row.low),
        h: price(row.high),
        yh: price(row.yearHigh),
        yl: price(row.yearLow),
        lcl: price(row.lowerCircuit),
        ucl: price(row.upperCircuit),
        op: price(row.open),
        c: price(row.close),
        to: String((row.volume | 0) * row.averagePrice),
        ...change(row.price, row.close)
      }
  }
}

/** What the SDK should know after each of our rows; it says nothing of a row without news. */
export const expected = (rows: ReadonlyArray<Row>): ReadonlyArray<Fields> => {
  const known = new Map<string, { readonly fields: Fields; readonly close: number }>()
  return rows.flatMap((row) => {
    const topic = `${row.mode === HsmMode.depth ? "dp" : ""}${row.instrument}`
    const before = known.get(topic)
    const fields = asFields(row, before)
    known.set(topic, { fields, close: row.mode === HsmMode.lite ? before?.close ?? 0 : row.close })
    const same = before !== undefined && Object.keys(fields).every((name) => fields[name] === before.fields[name])
    return same ? [] : [fields]
  })
}

/** The SDK's news put together: what it knew of the topic after each. */
export const together = (news: ReadonlyArray<Fields>): ReadonlyArray<Fields> => {
  const known = new Map<string, Fields>()
  return news.map((each) => {
    // A topic's first news has its trading symbol besides, which the simulator makes up.
    const fields = Object.fromEntries(Object.entries(each).filter(([name]) => name !== "ts"))
    const topic = `${fields["name"]}|${fields["tk"]}`
    const merged = { ...known.get(topic), ...fields }
    known.set(topic, merged)
    return merged
  })
}
