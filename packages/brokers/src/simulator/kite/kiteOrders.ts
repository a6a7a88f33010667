/** Kite's order calls. Bodies are forms; path parameters come again in the query, as its SDK sends them. */
import type { Paise } from "@keepgaining/core/market/Money.ts"
import { priceFromRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { type Own, ownRoutes } from "../server/ownRoutes.ts"
import type { SimRequest, SimRoute } from "../server/SimBroker.ts"
import { badToken, failure, refused, success } from "./kiteAnswers.ts"
import { gttRow, orderRow, productOf, tradeRow, typeOf } from "./kiteRows.ts"
import { ofKiteSymbol } from "./kiteSymbols.ts"

const number = (form: URLSearchParams, name: string): number | undefined => {
  const text = form.get(name)
  return text === null || text === "" ? undefined : Number(text)
}

const price = (form: URLSearchParams, name: string): Paise | undefined => priceFromRupees(number(form, name))

export const kiteOrders = (
  { exchange, market }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined
): ReadonlyArray<SimRoute> => {
  const route = ownRoutes(byToken, badToken)

  const place: Own = (account, { body }) => {
    const form = new URLSearchParams(body)
    const of = ofKiteSymbol(market, form.get("exchange") ?? "", form.get("tradingsymbol") ?? "")
    if (of === undefined) {
      return failure(
        400,
        "InputException",
        "The instrument you are placing an order for has either expired or does not exist."
      )
    }
    const type = typeOf(form.get("order_type") ?? undefined)
    const product = productOf(form.get("product") ?? undefined)
    const side = form.get("transaction_type")
    if (type === undefined) return failure(400, "InputException", "Invalid `order_type`.")
    if (product === undefined) return failure(400, "InputException", "Invalid `product`.")
    if (side !== "BUY" && side !== "SELL") return failure(400, "InputException", "Invalid `transaction_type`.")
    const tag = form.get("tag") ?? undefined
    if (tag !== undefined && !/^[A-Za-z0-9]{1,20}$/.test(tag)) return failure(400, "InputException", "Invalid `tag`.")
    const placed = exchange.place(account, {
      tag,
      algo: form.get("algo_id") ?? undefined,
      of,
      side: side === "BUY" ? "buy" : "sell",
      type,
      product,
      validity: form.get("validity") === "IOC" ? "IOC" : "DAY",
      quantity: number(form, "quantity") ?? 0,
      limitPrice: type === "limit" || type === "stop-limit" ? price(form, "price") : undefined,
      triggerPrice: price(form, "trigger_price"),
      slice: form.get("autoslice") === "true"
    })
    if ("_tag" in placed) return refused(placed)
    const [first, ...others] = placed
    return success(
      others.length === 0
        ? { order_id: first?.orderId }
        : { order_id: first?.orderId, children: others.map(({ orderId }) => ({ order_id: orderId })) }
    )
  }

  const modify: Own = (account, { body, params }) => {
    const form = new URLSearchParams(body)
    const validity = form.get("validity")
    const changed = exchange.modify(account, {
      orderId: params["order_id"] ?? "",
      type: typeOf(form.get("order_type") ?? undefined),
      validity: validity === "DAY" || validity === "IOC" ? validity : undefined,
      quantity: number(form, "quantity"),
      limitPrice: price(form, "price"),
      triggerPrice: price(form, "trigger_price")
    })
    return "_tag" in changed ? refused(changed) : success({ order_id: changed.orderId })
  }

  const cancel: Own = (account, { params }) => {
    const cancelled = exchange.cancel(account, params["order_id"] ?? "")
    return "_tag" in cancelled ? refused(cancelled) : success({ order_id: cancelled.orderId })
  }

  const placeGtt: Own = (account, { body }) => {
    const form = new URLSearchParams(body)
    const read = gttOf(form)
    const of = read === undefined ? undefined : ofKiteSymbol(market, read.exchange, read.symbol)
    if (read === undefined || of === undefined) {
      return failure(400, "InputException", "Invalid `condition` or `orders`.")
    }
    const placed = exchange.placeGtt(account, { ...read, of })
    return "_tag" in placed ? refused(placed) : success({ trigger_id: Number(placed.id) })
  }

  const modifyGtt: Own = (account, { body, params }) => {
    const read = gttOf(new URLSearchParams(body))
    if (read === undefined) return failure(400, "InputException", "Invalid `condition` or `orders`.")
    const changed = exchange.modifyGtt(account, params["id"] ?? "", read)
    return "_tag" in changed ? refused(changed) : success({ trigger_id: Number(changed.id) })
  }

  return [
    route("POST", "/orders/:variety", "place", place),
    route("PUT", "/orders/:variety/:order_id", "modify", modify),
    route("DELETE", "/orders/:variety/:order_id", "cancel", cancel),
    route("GET", "/orders", "book", (account) => success(exchange.book(account).map((order) => orderRow(order)))),
    route("GET", "/orders/:order_id", "book", (account, { params }) => {
      const states = exchange.history(account, params["order_id"] ?? "")
      return states.length === 0
        ? failure(400, "OrderException", "Couldn't find that `order_id`.")
        : success(states.map((state) => orderRow(state)))
    }),
    route("GET", "/trades", "trades", (account) => success(account.trades.map(tradeRow))),
    route(
      "GET",
      "/orders/:order_id/trades",
      "trades",
      (account, { params }) =>
        success(account.trades.filter((trade) => trade.order.orderId === params["order_id"]).map(tradeRow))
    ),
    route("POST", "/gtt/triggers", "gtt", placeGtt),
    route("GET", "/gtt/triggers", "gtt", (account) => success(exchange.gtts(account).map(gttRow))),
    route("GET", "/gtt/triggers/:id", "gtt", (account, { params }) => {
      const found = exchange.gtts(account).find(({ id }) => id === params["id"])
      return found === undefined ? failure(404, "GeneralException", "Trigger not found") : success(gttRow(found))
    }),
    route("PUT", "/gtt/triggers/:id", "gtt", modifyGtt),
    route("DELETE", "/gtt/triggers/:id", "gtt", (account, { params }) => {
      const cancelled = exchange.cancelGtt(account, params["id"] ?? "")
      return "_tag" in cancelled ? refused(cancelled) : success({ trigger_id: Number(cancelled.id) })
    })
  ]
}

interface ReadGtt {
  readonly exchange: string
  readonly symbol: string
  readonly side: "buy" | "sell"
  readonly quantity: number
  readonly product: NonNullable<ReturnType<typeof productOf>>
  readonly lastPrice: Paise
  readonly legs: ReadonlyArray<{ readonly triggerPrice: Paise; readonly limitPrice: Paise }>
}

const gttOf = (form: URLSearchParams): ReadGtt | undefined => {
  try {
    // Two JSON texts inside a form; whatever is not as documented makes one of the checks below fail.
    const condition = JSON.parse(form.get("condition") ?? "") as Record<string, unknown>
    const orders = JSON.parse(form.get("orders") ?? "") as ReadonlyArray<Record<string, unknown>>
    const triggers = condition["trigger_values"] as ReadonlyArray<number>
    const [first] = orders
    const product = productOf(String(first?.["product"]))
    const lastPrice = priceFromRupees(Number(condition["last_price"]))
    const legs = orders.map((order, i) => ({
      triggerPrice: priceFromRupees(triggers[i]),
      limitPrice: priceFromRupees(Number(order["price"]))
    }))
    const whole = legs.flatMap(({ limitPrice, triggerPrice }) =>
      limitPrice === undefined || triggerPrice === undefined ? [] : [{ limitPrice, triggerPrice }]
    )
    if (first === undefined || product === undefined || lastPrice === undefined || whole.length !== triggers.length) {
      return undefined
    }
    return {
      exchange: String(condition["exchange"]),
      symbol: String(condition["tradingsymbol"]),
      side: first["transaction_type"] === "SELL" ? "sell" : "buy",
      quantity: Number(first["quantity"]),
      product,
      lastPrice,
      legs: whole
    }
  } catch {
    return undefined
  }
}
