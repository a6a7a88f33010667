/** Upstox's order calls, V3, and their GTT orders. Bodies are JSON. */
import { priceFromRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { type Own, ownRoutes } from "../server/ownRoutes.ts"
import { readJson } from "../server/readJson.ts"
import type { SimRequest, SimResponse, SimRoute } from "../server/SimBroker.ts"
import { badToken, failure, refused, success } from "./upstoxAnswers.ts"
import { gttRow, orderRow, productOf, tradeRow, typeOf } from "./upstoxRows.ts"

const noInstrument = (): SimResponse => failure(400, "UDAPI1026", "Invalid Instrument key")

export const upstoxOrders = (
  { exchange }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined,
  byKey: ReadonlyMap<string, SimInstrument>
): ReadonlyArray<SimRoute> => {
  const route = ownRoutes(byToken, badToken)

  const place: Own = (account, { body, headers }) => {
    const asked = readJson(body)
    const of = byKey.get(String(asked["instrument_token"]))
    if (of === undefined) return noInstrument()
    const type = typeOf(asked["order_type"])
    const product = productOf(asked["product"], of)
    const side = asked["transaction_type"]
    if (type === undefined || product === undefined || (side !== "BUY" && side !== "SELL")) {
      return failure(400, "UDAPI100038", "Invalid input passed to the API")
    }
    const tag = asked["tag"]
    if (typeof tag === "string" && tag.length > 40) return failure(400, "UDAPI100038", "tag is too long")
    const placed = exchange.place(account, {
      tag: typeof tag === "string" && tag !== "" ? tag : undefined,
      algo: headers["x-algo-name"],
      of,
      side: side === "BUY" ? "buy" : "sell",
      type,
      product,
      validity: asked["validity"] === "IOC" ? "IOC" : "DAY",
      quantity: Number(asked["quantity"]),
      limitPrice: type === "limit" || type === "stop-limit" ? priceFromRupees(Number(asked["price"])) : undefined,
      triggerPrice: priceFromRupees(Number(asked["trigger_price"])),
      slice: asked["slice"] === true
    })
    return "_tag" in placed ? refused(placed) : success({ order_ids: placed.map(({ orderId }) => orderId) })
  }

  const modify: Own = (account, { body }) => {
    const asked = readJson(body)
    const validity = asked["validity"]
    const changed = exchange.modify(account, {
      orderId: String(asked["order_id"]),
      type: typeOf(asked["order_type"]),
      validity: validity === "DAY" || validity === "IOC" ? validity : undefined,
      quantity: asked["quantity"] === undefined ? undefined : Number(asked["quantity"]),
      limitPrice: priceFromRupees(Number(asked["price"])),
      triggerPrice: priceFromRupees(Number(asked["trigger_price"]))
    })
    return "_tag" in changed ? refused(changed) : success({ order_id: changed.orderId })
  }

  const cancel: Own = (account, { query }) => {
    const cancelled = exchange.cancel(account, query.get("order_id") ?? "")
    return "_tag" in cancelled ? refused(cancelled) : success({ order_id: cancelled.orderId })
  }

  const legsOf = (asked: Readonly<Record<string, unknown>>) => {
    const rules = Array.isArray(asked["rules"]) ? asked["rules"] as ReadonlyArray<Record<string, unknown>> : []
    return rules.flatMap((rule) => {
      const price = priceFromRupees(Number(rule["trigger_price"]))
      return price === undefined ? [] : [{ triggerPrice: price, limitPrice: price }]
    })
  }

  const placeGtt: Own = (account, { body }) => {
    const asked = readJson(body)
    const of = byKey.get(String(asked["instrument_token"]))
    if (of === undefined) return noInstrument()
    const product = productOf(asked["product"], of)
    const legs = legsOf(asked)
    if (product === undefined || legs.length === 0) {
      return failure(400, "UDAPI100038", "Invalid input passed to the API")
    }
    const placed = exchange.placeGtt(account, {
      of,
      side: asked["transaction_type"] === "SELL" ? "sell" : "buy",
      quantity: Number(asked["quantity"]),
      product,
      lastPrice: exchange.quote(of).price,
      legs
    })
    return "_tag" in placed ? refused(placed) : success({ gtt_order_ids: [`GTT-${placed.id}`] })
  }

  const modifyGtt: Own = (account, { body }) => {
    const asked = readJson(body)
    const legs = legsOf(asked)
    if (legs.length === 0) return failure(400, "UDAPI100038", "Invalid input passed to the API")
    const id = String(asked["gtt_order_id"]).replace("GTT-", "")
    const changed = exchange.modifyGtt(account, id, { quantity: Number(asked["quantity"]), legs })
    return "_tag" in changed ? refused(changed) : success({ gtt_order_ids: [`GTT-${changed.id}`] })
  }

  /** Of one order, or of all orders with the tag. */
  const states: Own = (account, { query }) => {
    const tag = query.get("tag")
    const id = query.get("order_id")
    if (tag === null && id === null) return failure(400, "UDAPI1023", "order_id or tag is required")
    const asked = exchange.orders(account).filter((order) =>
      (id === null || order.orderId === id) && (tag === null || order.tag === tag)
    )
    return success(asked.flatMap(({ orderId }) => exchange.history(account, orderId).map(orderRow)))
  }

  return [
    route("POST", "/v3/order/place", "place", place),
    route("PUT", "/v3/order/modify", "modify", modify),
    route("DELETE", "/v3/order/cancel", "cancel", cancel),
    route("GET", "/v2/order/retrieve-all", "book", (account) => success(exchange.book(account).map(orderRow))),
    route("GET", "/v2/order/history", "book", states),
    route("GET", "/v2/order/details", "book", (account, { query }) => {
      const order = exchange.order(account, query.get("order_id") ?? "")
      return order === undefined ? failure(404, "UDAPI100010", "Order not found") : success(orderRow(order))
    }),
    route("GET", "/v2/order/trades/get-trades-for-day", "trades", (account) => success(account.trades.map(tradeRow))),
    route(
      "GET",
      "/v2/order/trades",
      "trades",
      (account, { query }) =>
        success(account.trades.filter((trade) => trade.order.orderId === query.get("order_id")).map(tradeRow))
    ),
    route("POST", "/v3/order/gtt/place", "gtt", placeGtt),
    route("PUT", "/v3/order/gtt/modify", "gtt", modifyGtt),
    route("GET", "/v3/order/gtt", "gtt", (account) => success(exchange.gtts(account).map(gttRow))),
    route("DELETE", "/v3/order/gtt/cancel", "gtt", (account, { body }) => {
      const id = String(readJson(body)["gtt_order_id"]).replace("GTT-", "")
      const cancelled = exchange.cancelGtt(account, id)
      return "_tag" in cancelled ? refused(cancelled) : success({ gtt_order_ids: [`GTT-${cancelled.id}`] })
    })
  ]
}
