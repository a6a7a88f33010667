/** Fyers' order calls, one at a time and ten at a time, and GTT orders. Bodies are JSON, also of a DELETE. */
import { priceFromRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { ownRoutes } from "../server/ownRoutes.ts"
import { readJson } from "../server/readJson.ts"
import { jsonResponse, type SimRequest, type SimRoute } from "../server/SimBroker.ts"
import {
  badInput,
  badSymbol,
  badToken,
  done,
  type FyersAnswer,
  notConfirmed,
  refused,
  success
} from "./fyersAnswers.ts"
import { gttRow, orderRow, productOf, tradeRow, typeOf } from "./fyersRows.ts"

type Fields = Readonly<Record<string, unknown>>
type One = (account: SimAccount, asked: Fields) => FyersAnswer

/** Orders of one call. */
const MOST_ORDERS = 10

const fieldsOf = (value: unknown): Fields => typeof value === "object" && value !== null ? { ...value } : {}

const listOf = (body: string): ReadonlyArray<Fields> => {
  try {
    const value: unknown = JSON.parse(body)
    return Array.isArray(value) ? value.map(fieldsOf) : []
  } catch {
    return []
  }
}

/** Whether a tag that is asked for, `1:TAG`, is this one. */
const isTagged = (tag: string | undefined, asked: string | null): boolean => asked === null || asked === `1:${tag}`

export const fyersOrders = (
  { exchange, faults }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined,
  byTicker: ReadonlyMap<string, SimInstrument>
): ReadonlyArray<SimRoute> => {
  const route = ownRoutes(byToken, badToken)
  const one = (method: SimRoute["method"], path: string, operation: SimRoute["operation"], how: One): SimRoute =>
    route(method, path, operation, (account, { body }) => {
      const answer = how(account, readJson(body))
      return jsonResponse(answer.body, answer.status)
    })
  const many = (method: SimRoute["method"], operation: SimRoute["operation"], how: One): SimRoute =>
    route(method, "/api/v3/multi-order/sync", operation, (account, { body }) => {
      const asked = listOf(body)
      if (asked.length === 0 || asked.length > MOST_ORDERS) {
        return jsonResponse(badInput(`between 1 and ${MOST_ORDERS} orders are taken`).body, 400)
      }
      return success({
        data: asked.map((each) => {
          const answer = how(account, each)
          return {
            statusCode: answer.status,
            body: answer.body,
            statusDescription: answer.status === 200 ? "HTTP OK" : "HTTP Bad Request"
          }
        })
      })
    })

  const place: One = (account, asked) => {
    const of = byTicker.get(String(asked["symbol"]))
    if (of === undefined) return badSymbol()
    const type = typeOf(asked["type"])
    const product = productOf(asked["productType"])
    const side = asked["side"]
    const tag = asked["orderTag"]
    if (type === undefined) return badInput("type should be one of 1, 2, 3, 4")
    if (product === undefined) return badInput("productType should be one of CNC, INTRADAY, MARGIN")
    if (side !== 1 && side !== -1) return badInput("side should be 1 or -1")
    if (tag !== undefined && (typeof tag !== "string" || !/^[A-Za-z0-9]{1,30}$/.test(tag))) {
      return badInput("orderTag should be alphanumeric, of 1 to 30 characters")
    }
    const scope = {
      broker: account.broker,
      account: account.userId,
      operation: "place",
      symbol: of.instrument.symbol
    } as const
    const unconfirmed = faults.take(["unconfirmed"], scope)
    if (unconfirmed !== undefined && unconfirmed.applied !== true) return notConfirmed("never-taken")
    const placed = exchange.place(account, {
      ...(tag === undefined ? {} : { tag }),
      of,
      side: side === 1 ? "buy" : "sell",
      type,
      product,
      validity: asked["validity"] === "IOC" ? "IOC" : "DAY",
      quantity: Number(asked["qty"]),
      limitPrice: type === "limit" || type === "stop-limit" ? priceFromRupees(Number(asked["limitPrice"])) : undefined,
      triggerPrice: priceFromRupees(Number(asked["stopPrice"])),
      slice: asked["isSliceOrder"] === true
    })
    if ("_tag" in placed) return refused(placed)
    // One id also of an order that was sliced.
    const id = placed[0]?.orderId ?? ""
    if (unconfirmed !== undefined) return notConfirmed(id)
    return done(1101, `Order submitted successfully. Your Order Ref. No.${id}`, id)
  }

  const modify: One = (account, asked) => {
    const changed = exchange.modify(account, {
      orderId: String(asked["id"]),
      type: typeOf(asked["type"]),
      quantity: asked["qty"] === undefined ? undefined : Number(asked["qty"]),
      limitPrice: priceFromRupees(Number(asked["limitPrice"])),
      triggerPrice: priceFromRupees(Number(asked["stopPrice"]))
    })
    return "_tag" in changed ? refused(changed) : done(1102, "Successfully modified order", changed.orderId)
  }

  const cancel: One = (account, asked) => {
    const cancelled = exchange.cancel(account, String(asked["id"]))
    return "_tag" in cancelled ? refused(cancelled) : done(1103, "Successfully cancelled order", cancelled.orderId)
  }

  const infoOf = (asked: Fields) => {
    const info = fieldsOf(asked["orderInfo"])
    const given = [info["leg1"], info["leg2"]].filter((leg) => leg !== undefined).map(fieldsOf)
    const legs = given.flatMap((leg) => {
      const triggerPrice = priceFromRupees(Number(leg["triggerPrice"]))
      const limitPrice = priceFromRupees(Number(leg["price"]))
      return triggerPrice === undefined || limitPrice === undefined ? [] : [{ triggerPrice, limitPrice }]
    })
    return { legs, quantity: Number(given[0]?.["qty"]), isWhole: legs.length > 0 && legs.length === given.length }
  }

  const placeGtt: One = (account, asked) => {
    const of = byTicker.get(String(asked["symbol"]))
    if (of === undefined) return badSymbol()
    const product = productOf(asked["productType"])
    const side = asked["side"]
    const { isWhole, legs, quantity } = infoOf(asked)
    if (product === undefined || product === "intraday") {
      return badInput("productType should be one of CNC, MARGIN, MTF")
    }
    if (!isWhole || (side !== 1 && side !== -1)) return badInput("orderInfo or side is not valid")
    const placed = exchange.placeGtt(account, {
      of,
      side: side === 1 ? "buy" : "sell",
      quantity,
      product,
      lastPrice: exchange.quote(of).price,
      legs
    })
    return "_tag" in placed ? refused(placed) : done(1101, "Successfully placed order", placed.id)
  }

  const modifyGtt: One = (account, asked) => {
    const { isWhole, legs, quantity } = infoOf(asked)
    if (!isWhole) return badInput("orderInfo is not valid")
    const changed = exchange.modifyGtt(account, String(asked["id"]), { quantity, legs })
    return "_tag" in changed ? refused(changed) : done(1102, "Successfully modified order", changed.id)
  }

  const cancelGtt: One = (account, asked) => {
    const cancelled = exchange.cancelGtt(account, String(asked["id"]))
    return "_tag" in cancelled ? refused(cancelled) : done(1103, "Successfully cancelled order", cancelled.id)
  }

  return [
    one("POST", "/api/v3/orders/sync", "place", place),
    one("PATCH", "/api/v3/orders/sync", "modify", modify),
    one("DELETE", "/api/v3/orders/sync", "cancel", cancel),
    many("POST", "place", place),
    many("PATCH", "modify", modify),
    many("DELETE", "cancel", cancel),
    route("GET", "/api/v3/orders", "book", (account, { query }) => {
      const id = query.get("id")
      return success({
        orderBook: exchange.book(account)
          .filter((order) => (id === null || order.orderId === id) && isTagged(order.tag, query.get("order_tag")))
          .map((order) => orderRow(order, exchange.quote(order.of)))
      })
    }),
    route("GET", "/api/v3/tradebook", "trades", (account, { query }) =>
      success({
        tradeBook: account.trades.filter(({ order }) => isTagged(order.tag, query.get("order_tag"))).map(tradeRow)
      })),
    one("POST", "/api/v3/gtt/orders/sync", "gtt", placeGtt),
    one("PATCH", "/api/v3/gtt/orders/sync", "gtt", modifyGtt),
    one("DELETE", "/api/v3/gtt/orders/sync", "gtt", cancelGtt),
    route(
      "GET",
      "/api/v3/gtt/orders",
      "gtt",
      (account) => success({ orderBook: exchange.gtts(account).map((gtt) => gttRow(gtt, exchange.quote(gtt.of))) })
    )
  ]
}
