/** Angel's order calls and books. Bodies are JSON whose numbers are text. */
import { priceFromRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { readJson } from "../server/readJson.ts"
import type { SimResponse, SimRoute } from "../server/SimBroker.ts"
import { failure, noSymbol, refused, success } from "./angelAnswers.ts"
import { orderRow, productOf, tradeRow, typeOf, uniqueOrderId, varietyOf } from "./angelRows.ts"
import { angelTradingSymbol, byAngelToken } from "./angelSymbols.ts"
import type { AngelTokens } from "./AngelTokens.ts"

/** Longest tag; one more is refused. */
const TAG_LENGTH = 19

/** Fields of a placement that a change must have again. */
const wantedOfChanges = ["ordertype", "duration", "price", "quantity"]

export const angelOrders = ({ exchange, market }: BrokerStage, tokens: AngelTokens): ReadonlyArray<SimRoute> => {
  const find = byAngelToken(market)

  const place = (account: SimAccount, body: string): SimResponse => {
    const asked = readJson(body)
    const of = find(asked["exchange"], asked["symboltoken"])
    if (of === undefined || angelTradingSymbol(of) !== asked["tradingsymbol"]) return noSymbol()
    const type = typeOf(asked["ordertype"])
    if (type === undefined || asked["variety"] !== varietyOf(type)) return failure("AB1008", "Invalid Order Variety")
    const product = productOf(asked["producttype"], of)
    // An index has no product at all; what is wrong with it is said below.
    if (product === undefined && of.instrument.kind !== "index") return failure("AB1012", "Invalid Product Type")
    const side = asked["transactiontype"]
    if (side !== "BUY" && side !== "SELL") return failure("AB1007", "Invalid transactiontype")
    const tag = asked["ordertag"]
    if (typeof tag === "string" && tag.length > TAG_LENGTH) {
      return failure("AB4008", "ordertag length should be less than 20 characters")
    }
    const placed = exchange.place(account, {
      tag: typeof tag === "string" && tag !== "" ? tag : undefined,
      of,
      side: side === "BUY" ? "buy" : "sell",
      type,
      product: product ?? "delivery",
      validity: asked["duration"] === "IOC" ? "IOC" : "DAY",
      quantity: Number(asked["quantity"]),
      limitPrice: type === "limit" || type === "stop-limit" ? priceFromRupees(Number(asked["price"])) : undefined,
      triggerPrice: type === "stop" || type === "stop-limit"
        ? priceFromRupees(Number(asked["triggerprice"]))
        : undefined
    })
    if ("_tag" in placed) return refused(placed)
    const [first] = placed
    return first === undefined
      ? failure("AB2001", "Internal Error, Please try after sometime")
      : success({ script: asked["tradingsymbol"], orderid: first.orderId, uniqueorderid: uniqueOrderId(first) })
  }

  const acknowledged = (order: Parameters<typeof uniqueOrderId>[0]): SimResponse =>
    success({ orderid: order.orderId, uniqueorderid: uniqueOrderId(order) })

  const modify = (account: SimAccount, body: string): SimResponse => {
    const asked = readJson(body)
    const validity = asked["duration"]
    const known = exchange.order(account, String(asked["orderid"]))
    if (known !== undefined) {
      if (asked["variety"] !== varietyOf(known.type)) return failure("AB1008", "Invalid Order Variety")
      const of = find(asked["exchange"], asked["symboltoken"])
      if (of?.index !== known.of.index || angelTradingSymbol(of) !== asked["tradingsymbol"]) return noSymbol()
      if (asked["transactiontype"] !== (known.side === "buy" ? "BUY" : "SELL")) {
        return failure("AB1007", "Invalid transactiontype")
      }
      if (productOf(asked["producttype"], of) !== known.product) return failure("AB1012", "Invalid Product Type")
      const lacking = wantedOfChanges.find((name) => asked[name] === undefined)
      if (lacking !== undefined) return failure("AB1007", `Invalid ${lacking}`)
    }
    const changed = exchange.modify(account, {
      orderId: String(asked["orderid"]),
      type: typeOf(asked["ordertype"]),
      validity: validity === "DAY" || validity === "IOC" ? validity : undefined,
      quantity: asked["quantity"] === undefined ? undefined : Number(asked["quantity"]),
      limitPrice: priceFromRupees(Number(asked["price"])),
      triggerPrice: priceFromRupees(Number(asked["triggerprice"]))
    })
    return "_tag" in changed ? refused(changed) : acknowledged(changed)
  }

  const cancel = (account: SimAccount, body: string): SimResponse => {
    const { orderid, variety } = readJson(body)
    const known = exchange.order(account, String(orderid))
    if (known !== undefined && variety !== varietyOf(known.type)) return failure("AB1008", "Invalid Order Variety")
    const cancelled = exchange.cancel(account, String(orderid))
    return "_tag" in cancelled ? refused(cancelled) : acknowledged(cancelled)
  }

  /** Nothing is `null`, not an empty list. */
  const listOf = (rows: ReadonlyArray<object>): SimResponse => success(rows.length === 0 ? null : rows)

  return [
    tokens.route("POST", "/order/v1/placeOrder", "place", (account, { body }) => place(account, body)),
    tokens.route("POST", "/order/v1/modifyOrder", "modify", (account, { body }) => modify(account, body)),
    tokens.route("POST", "/order/v1/cancelOrder", "cancel", (account, { body }) => cancel(account, body)),
    tokens.route(
      "GET",
      "/order/v1/getOrderBook",
      "book",
      (account) =>
        listOf(exchange.book(account).map((order) => ({ ...orderRow(order), uniqueorderid: uniqueOrderId(order) })))
    ),
    tokens.route("GET", "/order/v1/details/:id", "book", (account, { params }) => {
      const order = exchange.orders(account).find((each) => uniqueOrderId(each) === params["id"])
      return order === undefined
        ? failure("AB1013", "Order not found")
        : success({ ...orderRow(order), uniqueorderid: uniqueOrderId(order) })
    }),
    tokens.route("GET", "/order/v1/getTradeBook", "trades", ({ trades }) => listOf(trades.map(tradeRow)))
  ]
}
