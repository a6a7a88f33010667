/** Angel's funds, positions, holdings and margins. */
import type { Product, Side } from "@keepgaining/core/orders/Order.ts"
import { priceFromRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import { averagePrice, netQuantity, orderMargin, type SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { readJson } from "../server/readJson.ts"
import type { SimResponse, SimRoute } from "../server/SimBroker.ts"
import { failure, success } from "./angelAnswers.ts"
import { holdingRow, positionRow, productOf } from "./angelRows.ts"
import { byAngelToken } from "./angelSymbols.ts"
import type { AngelTokens } from "./AngelTokens.ts"

const MOST_LEGS = 50

const rupees = (paise: number): string => (paise / 100).toFixed(4)

export const angelPortfolio = ({ exchange, market }: BrokerStage, tokens: AngelTokens): ReadonlyArray<SimRoute> => {
  const find = byAngelToken(market)

  const funds = (account: SimAccount): SimResponse => {
    const { available, used } = exchange.funds(account)
    return success({
      net: rupees(available),
      availablecash: rupees(account.cash),
      availableintradaypayin: "0.0000",
      availablelimitmargin: "0.0000",
      collateral: "0.0000",
      m2munrealized: "0.0000",
      m2mrealized: "0.0000",
      utiliseddebits: rupees(used),
      // Angel has no number here for an account without contracts.
      utilisedspan: null,
      utilisedoptionpremium: null,
      utilisedholdingsales: null,
      utilisedexposure: null,
      utilisedturnover: null,
      utilisedpayout: rupees(available)
    })
  }

  const margin = (body: string): SimResponse => {
    const asked = readJson(body)["positions"]
    // Each field is converted where it is read.
    const rows = Array.isArray(asked) ? asked as ReadonlyArray<Record<string, unknown>> : []
    if (rows.length === 0 || rows.length > MOST_LEGS) return failure("AB4033", "Invalid number of positions")
    let total = 0
    let premium = 0
    for (const row of rows) {
      const of = find(row["exchange"], row["token"])
      const product = of === undefined ? undefined : productOf(row["productType"], of)
      if (of === undefined || product === undefined) return failure("AB1018", "Failed to get symbol details")
      const side = row["tradeType"] === "SELL" ? "sell" as const : "buy" as const
      const price = priceFromRupees(Number(row["price"])) ?? exchange.quote(of).price
      const quantity = Number(row["qty"])
      total += orderMargin({ of, product, side }, quantity, price)
      if (of.instrument.kind === "option") premium += (side === "buy" ? 1 : -1) * quantity * price
    }
    return success({
      totalMarginRequired: total / 100,
      marginComponents: {
        netPremium: premium / 100,
        spanMargin: Math.max(0, total - premium) / 100,
        marginBenefit: 0,
        deliveryMargin: 0,
        nonNFOMargin: 0,
        totOptionsPremium: premium / 100
      }
    })
  }

  const convert = (account: SimAccount, body: string): SimResponse => {
    const asked = readJson(body)
    const of = find(asked["exchange"], asked["symboltoken"])
    const from = of === undefined ? undefined : productOf(asked["oldproducttype"], of)
    const to = of === undefined ? undefined : productOf(asked["newproducttype"], of)
    const done = of !== undefined && from !== undefined && to !== undefined &&
      moveQuantity(
        account,
        of,
        from,
        to,
        asked["transactiontype"] === "SELL" ? "sell" : "buy",
        Number(asked["quantity"])
      )
    return done ? success(null) : failure("AB1017", "Position conversion failed")
  }

  return [
    tokens.route("GET", "/user/v1/getRMS", "funds", funds),
    tokens.route("GET", "/order/v1/getPosition", "positions", ({ positions }) => {
      const rows = [...positions.values()].map((each) => positionRow(each, exchange.quote(each.of)))
      return success(rows.length === 0 ? null : rows)
    }),
    tokens.route("POST", "/order/v1/convertPosition", "other", (account, { body }) => convert(account, body)),
    tokens.route("GET", "/portfolio/v1/getHolding", "holdings", ({ holdings }) => {
      const rows = [...holdings.values()].map((each) => holdingRow(each, exchange.quote(each.of)))
      return success(rows.length === 0 ? null : rows)
    }),
    tokens.route("GET", "/portfolio/v1/getAllHolding", "holdings", ({ holdings }) => {
      const all = [...holdings.values()].map((each) => ({ each, quote: exchange.quote(each.of) }))
      const sum = (of: (entry: (typeof all)[number]) => number) =>
        all.reduce((total, entry) => total + of(entry), 0) / 100
      const value = sum(({ each, quote }) => each.quantity * quote.price)
      const cost = sum(({ each }) => each.quantity * each.averagePrice)
      return success({
        holdings: all.map(({ each, quote }) => holdingRow(each, quote)),
        totalholding: {
          totalholdingvalue: value,
          totalinvvalue: cost,
          totalprofitandloss: value - cost,
          totalpnlpercentage: cost === 0 ? 0 : Math.round((value / cost - 1) * 10_000) / 100
        }
      })
    }),
    tokens.route("POST", "/margin/v1/batch", "margin", (_account, { body }) => margin(body))
  ]
}

/** Moves a part of an open position to another product, at its average price. Whether there was so much to move. */
const moveQuantity = (
  { positions }: SimAccount,
  of: SimInstrument,
  from: Product,
  to: Product,
  side: Side,
  quantity: number
): boolean => {
  const old = positions.get(`${of.index}|${from}`)
  const net = old === undefined ? 0 : netQuantity(old)
  if (old === undefined || from === to || !(quantity > 0) || quantity > (side === "buy" ? net : -net)) return false
  const value = quantity * averagePrice(old)
  const key = `${of.index}|${to}`
  const other = positions.get(key) ??
    { of, product: to, buyQuantity: 0, sellQuantity: 0, buyValue: 0, sellValue: 0 }
  if (side === "buy") {
    old.buyQuantity -= quantity
    old.buyValue -= value
    other.buyQuantity += quantity
    other.buyValue += value
  } else {
    old.sellQuantity -= quantity
    old.sellValue -= value
    other.sellQuantity += quantity
    other.sellValue += value
  }
  positions.set(key, other)
  return true
}
