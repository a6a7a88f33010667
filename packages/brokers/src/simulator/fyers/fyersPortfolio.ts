/** Fyers' funds, holdings, positions and margins. */
import { priceFromRupees } from "../../wire/rupees.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import { netQuantity, orderMargin, realised, realisedToday, type SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { type Own, ownRoutes } from "../server/ownRoutes.ts"
import { readJson } from "../server/readJson.ts"
import { jsonResponse, type SimRequest, type SimRoute } from "../server/SimBroker.ts"
import { badInput, badSymbol, badToken, success } from "./fyersAnswers.ts"
import { holdingRow, positionRow, productOf } from "./fyersRows.ts"

export const fyersPortfolio = (
  { exchange }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined,
  byTicker: ReadonlyMap<string, SimInstrument>
): ReadonlyArray<SimRoute> => {
  const route = ownRoutes(byToken, badToken)

  const funds: Own = (account) => {
    const { available, used } = exchange.funds(account)
    const row = (id: number, title: string, amount: number) => ({
      id,
      title,
      equityAmount: amount / 100,
      commodityAmount: 0
    })
    return success({
      fund_limit: [
        row(1, "Total Balance", account.cash),
        row(2, "Utilized Amount", used),
        row(3, "Clear Balance", account.cash),
        row(4, "Realized Profit and Loss", realisedToday(account)),
        row(5, "Collaterals", 0),
        row(6, "Fund Transfer", 0),
        row(7, "Receivables", 0),
        row(8, "Adhoc Limit", 0),
        row(9, "Limit at start of the day", account.cash),
        row(10, "Available Balance", available)
      ]
    })
  }

  const holdings: Own = (account) => {
    const all = [...account.holdings.values()]
    const invested = all.reduce((sum, each) => sum + each.quantity * each.averagePrice, 0) / 100
    const worth = all.reduce((sum, each) => sum + each.quantity * exchange.quote(each.of).price, 0) / 100
    return success({
      overall: {
        count_total: all.length,
        total_investment: invested,
        total_current_value: worth,
        total_pl: worth - invested,
        pnl_perc: invested === 0 ? 0 : (worth - invested) / invested * 100
      },
      holdings: all.map((each, i) => holdingRow(each, exchange.quote(each.of), i))
    })
  }

  const positions: Own = (account) => {
    const all = [...account.positions.values()]
    const booked = all.reduce((sum, each) => sum + realised(each), 0) / 100
    const rows = all.map((each) => positionRow(each, exchange.quote(each.of)))
    const total = all.reduce((sum, each) => {
      const { buyValue, sellValue } = each
      return sum + sellValue - buyValue + netQuantity(each) * exchange.quote(each.of).price
    }, 0) / 100
    return success({
      netPositions: rows,
      overall: {
        count_total: rows.length,
        count_open: all.filter((each) => netQuantity(each) !== 0).length,
        pl_total: total,
        pl_realized: booked,
        pl_unrealized: total - booked
      }
    })
  }

  const margin: Own = (account, { body }) => {
    const asked = readJson(body)["data"]
    if (!Array.isArray(asked) || asked.length === 0) return jsonResponse(badInput("data is missing").body, 400)
    let total = 0
    // Rows of a JSON array that was just found to be one; each field is converted where it is read.
    for (const row of asked as ReadonlyArray<Readonly<Record<string, unknown>>>) {
      const of = byTicker.get(String(row["symbol"]))
      const product = productOf(row["productType"])
      if (of === undefined) return jsonResponse(badSymbol().body, 400)
      if (product === undefined) return jsonResponse(badInput("productType is not valid").body, 400)
      const price = priceFromRupees(Number(row["limitPrice"])) ?? exchange.quote(of).price
      total += orderMargin({ of, product, side: row["side"] === -1 ? "sell" : "buy" }, Number(row["qty"]), price)
    }
    const { available, used } = exchange.funds(account)
    return success({
      data: {
        margin_avail: available / 100,
        margin_total: total / 100,
        // With what the account holds already.
        margin_new_order: (total + used) / 100
      }
    })
  }

  return [
    route("GET", "/api/v3/funds", "funds", funds),
    route("GET", "/api/v3/holdings", "holdings", holdings),
    route("GET", "/api/v3/positions", "positions", positions),
    route("POST", "/api/v3/multiorder/margin", "margin", margin)
  ]
}
