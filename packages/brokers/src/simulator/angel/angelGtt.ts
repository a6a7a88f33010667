/** Angel's GTT rules: shares only, one trigger each. */
import { priceFromRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { readJson } from "../server/readJson.ts"
import type { SimResponse, SimRoute } from "../server/SimBroker.ts"
import { failure, noSymbol, refused, success } from "./angelAnswers.ts"
import { gttRow } from "./angelRows.ts"
import { byAngelToken } from "./angelSymbols.ts"
import type { AngelTokens } from "./AngelTokens.ts"

export const angelGtt = ({ exchange, market }: BrokerStage, tokens: AngelTokens): ReadonlyArray<SimRoute> => {
  const find = byAngelToken(market)
  const noRule = (): SimResponse => failure("AB9012", "Invalid rule id")

  const legOf = (asked: Readonly<Record<string, unknown>>) => {
    const triggerPrice = priceFromRupees(Number(asked["triggerprice"]))
    const limitPrice = priceFromRupees(Number(asked["price"]))
    return triggerPrice === undefined || limitPrice === undefined ? undefined : { triggerPrice, limitPrice }
  }

  const create = (account: SimAccount, body: string): SimResponse => {
    const asked = readJson(body)
    const of = find(asked["exchange"], asked["symboltoken"])
    if (of === undefined) return noSymbol()
    const leg = legOf(asked)
    const isShare = of.instrument.kind === "equity"
    const product = asked["producttype"]
    if (leg === undefined || !isShare || (product !== "DELIVERY" && product !== "MARGIN")) {
      return failure("AB9001", "Invalid rule")
    }
    const placed = exchange.placeGtt(account, {
      of,
      side: asked["transactiontype"] === "SELL" ? "sell" : "buy",
      quantity: Number(asked["qty"]),
      product: "delivery",
      lastPrice: exchange.quote(of).price,
      legs: [leg]
    })
    return "_tag" in placed ? refused(placed) : success({ id: placed.id })
  }

  const modify = (account: SimAccount, body: string): SimResponse => {
    const asked = readJson(body)
    const leg = legOf(asked)
    if (leg === undefined) return failure("AB9001", "Invalid rule")
    const changed = exchange.modifyGtt(account, String(asked["id"]), { quantity: Number(asked["qty"]), legs: [leg] })
    return "_tag" in changed ? refused(changed) : success({ id: changed.id })
  }

  const cancel = (account: SimAccount, body: string): SimResponse => {
    const { exchange: name, id, symboltoken } = readJson(body)
    const rule = exchange.gtts(account).find((each) => each.id === String(id))
    if (rule === undefined || find(name, symboltoken) !== rule.of) return noRule()
    const cancelled = exchange.cancelGtt(account, rule.id)
    return "_tag" in cancelled ? refused(cancelled) : success({ id: cancelled.id })
  }

  const list = (account: SimAccount, body: string): SimResponse => {
    const { count, page, status } = readJson(body)
    const wanted: ReadonlyArray<unknown> = Array.isArray(status) ? status : []
    const rows = exchange.gtts(account).map(gttRow).filter((row) =>
      wanted.includes("FORALL") || wanted.includes(row.status)
    )
    const size = Number(count)
    const from = (Number(page) - 1) * size
    return success(rows.slice(from, from + size))
  }

  return [
    tokens.route("POST", "/gtt/v1/createRule", "gtt", (account, { body }) => create(account, body)),
    tokens.route("POST", "/gtt/v1/modifyRule", "gtt", (account, { body }) => modify(account, body)),
    tokens.route("POST", "/gtt/v1/cancelRule", "gtt", (account, { body }) => cancel(account, body)),
    tokens.route("POST", "/gtt/v1/ruleDetails", "gtt", (account, { body }) => {
      const rule = exchange.gtts(account).find(({ id }) => id === String(readJson(body)["id"]))
      return rule === undefined ? noRule() : success(gttRow(rule))
    }),
    tokens.route("POST", "/gtt/v1/ruleList", "gtt", (account, { body }) => list(account, body))
  ]
}
