/**
 * Pre-trade risk: pure rules over what is asked and what is held. What only makes a position smaller is never refused by
 * a limit, only by what an exchange would refuse too. Money in paise, times event time in ms.
 */
import type { KillStage } from "../commands/Command.ts"
import type { Instrument } from "../market/Instrument.ts"
import { isTradable } from "../market/Instrument.ts"
import { rupeesText } from "../market/Money.ts"
import type { OrderType, Product, Side } from "../orders/Order.ts"
import { isThrough, priceFault, productFault, quantityFault, stopLimitFault } from "../orders/rejectReason.ts"

export interface RiskLimits {
  /** With which the paper books begin, all of them together; what they make and what it costs goes into it. Paise. */
  readonly capital: number
  /** Units an order. */
  readonly maxOrderQuantity: number
  /** Value of one order, paise. */
  readonly maxOrderValue: number
  /** Positions that may be open, or on their way to be, at once over all books. */
  readonly maxOpenPositions: number
  /** Value of one book's position in one instrument, with what works to enlarge it, paise. */
  readonly maxPositionValue: number
  /** Loss of the day, open positions and charges included, at which entries are paused for the day, paise. */
  readonly maxDailyLoss: number
  /** Orders in any one second; exits count but are exempt (SEBI's threshold is 10 an exchange and second). */
  readonly maxOrdersPerSecond: number
  /** Age of the quote on which a market order may still be based, ms. */
  readonly maxQuoteAge: number
  /** Furthest that a limit may lie from the last price, as a share of it: catches slips of the finger. */
  readonly maxPriceDistance: number
}

/** What a rule looks at. */
export interface RiskQuestion {
  readonly instrument: Instrument
  readonly side: Side
  readonly quantity: number
  readonly type: OrderType
  readonly product: Product
  readonly limitPrice: number | undefined
  readonly triggerPrice: number | undefined
  /** Last traded price, paise; 0 when there is none yet. */
  readonly lastPrice: number
  /** ms of event time since that price. */
  readonly quoteAge: number
  /** It can only make a position smaller. */
  readonly reduces: boolean
  /** Positions that are open or being opened, over all books. */
  readonly openPositions: number
  /** Signed quantity that the book holds. */
  readonly held: number
  /** Quantity of the book's working orders that would move the position the same way. */
  readonly working: number
  /** Entries are paused because the day's loss reached its limit; `dayResult` is the result then or now. */
  readonly lossReached: boolean
  readonly dayResult: number
  readonly ordersThisSecond: number
  readonly killStage: KillStage
  /** IST date. */
  readonly today: string
  /** The session is over, or it is too late in the day to open an intraday position. */
  readonly sessionEnded: boolean
  readonly afterSquareOff: boolean
  /** Asked last, because it takes longest; `undefined` where orders are not held against the capital. */
  readonly funds: () => Funds | undefined
}

/** What an order needs of the money that the paper books share, paise. */
export interface Funds {
  /** Beyond what is bound already; 0 or less: it frees some. `undefined`: nobody can know. */
  readonly needed: number | undefined
  readonly free: number
  /** Bound and free. */
  readonly capital: number
  /** Symbol whose price the need depends on. */
  readonly underlying: string
}

export interface RiskRefusal {
  readonly rule: string
  /** The numbers, for people. */
  readonly detail: string
}

interface Rule {
  readonly name: string
  /** Also asked of what only reduces a position. */
  readonly always: boolean
  /** The numbers that break it; `undefined` when it is kept. */
  readonly broken: (question: RiskQuestion, limits: RiskLimits) => string | undefined
}

/** In the order in which they are asked; the first broken one is the answer. */
export const rules: ReadonlyArray<Rule> = [
  {
    name: "session",
    always: true,
    broken: ({ sessionEnded }) => sessionEnded ? "the session has ended" : undefined
  },
  {
    name: "tradable",
    always: true,
    broken: ({ instrument }) =>
      isTradable(instrument) ? undefined : `${instrument.symbol} is an index and cannot be traded`
  },
  {
    name: "expiry",
    always: true,
    broken: ({ instrument, today }) =>
      instrument.expiry === undefined || instrument.expiry >= today
        ? undefined
        : `${instrument.symbol} expired on ${instrument.expiry}`
  },
  {
    name: "product",
    always: true,
    broken: ({ instrument, product }) => productFault(instrument, product)
  },
  {
    name: "lot",
    always: true,
    broken: ({ instrument, quantity }) => quantityFault(quantity, instrument.lotSize)
  },
  {
    name: "tick",
    always: true,
    broken: ({ instrument, limitPrice, triggerPrice }) =>
      priceFault("limit", limitPrice, instrument.tickSize) ?? priceFault("trigger", triggerPrice, instrument.tickSize)
  },
  {
    name: "quote",
    always: true,
    broken: ({ instrument, lastPrice }) => lastPrice > 0 ? undefined : `${instrument.symbol} has no price yet`
  },
  {
    name: "stop-price",
    always: true,
    broken: ({ lastPrice, limitPrice, side, triggerPrice }) => {
      if (triggerPrice === undefined) return undefined
      if (isThrough(side, triggerPrice, lastPrice)) {
        return `trigger ${rupeesText(triggerPrice)} is through the market already, last price ${rupeesText(lastPrice)}`
      }
      return limitPrice === undefined ? undefined : stopLimitFault(side, triggerPrice, limitPrice)
    }
  },
  {
    name: "kill-switch",
    always: false,
    broken: ({ killStage }) => killStage === "none" ? undefined : `the kill switch is at "${killStage}"`
  },
  {
    name: "daily-loss",
    always: false,
    broken: ({ dayResult, lossReached }, limits) =>
      lossReached ? `day's result ${rupeesText(dayResult)}, limit ${rupeesText(-limits.maxDailyLoss)}` : undefined
  },
  {
    name: "square-off",
    always: false,
    broken: ({ afterSquareOff, product }) =>
      afterSquareOff && product === "intraday" ? "intraday positions are being squared off" : undefined
  },
  {
    name: "short-delivery",
    always: false,
    broken: ({ held, instrument, product, quantity, side }) =>
      product === "delivery" && side === "sell" && quantity > held
        ? `selling ${quantity} of ${instrument.symbol} for delivery with ${Math.max(0, held)} held`
        : undefined
  },
  {
    name: "order-quantity",
    always: false,
    broken: ({ quantity }, { maxOrderQuantity }) =>
      quantity <= maxOrderQuantity ? undefined : `${quantity} units, limit ${maxOrderQuantity}`
  },
  {
    name: "order-value",
    always: false,
    broken: (question, { maxOrderValue }) => {
      const value = question.quantity * priceOf(question)
      return value <= maxOrderValue ? undefined : `${rupeesText(value)}, limit ${rupeesText(maxOrderValue)}`
    }
  },
  {
    name: "position-value",
    always: false,
    broken: (question, { maxPositionValue }) => {
      const { held, quantity, side, working } = question
      const value = Math.abs(held + (side === "buy" ? 1 : -1) * (quantity + working)) * priceOf(question)
      return value <= maxPositionValue ? undefined : `${rupeesText(value)}, limit ${rupeesText(maxPositionValue)}`
    }
  },
  {
    name: "open-positions",
    always: false,
    broken: ({ held, openPositions, working }, { maxOpenPositions }) =>
      held !== 0 || working !== 0 || openPositions < maxOpenPositions
        ? undefined
        : `${openPositions} open, limit ${maxOpenPositions}`
  },
  {
    name: "price-distance",
    always: false,
    broken: ({ lastPrice, limitPrice }, { maxPriceDistance }) =>
      limitPrice === undefined || Math.abs(limitPrice - lastPrice) <= lastPrice * maxPriceDistance
        ? undefined
        : `limit ${rupeesText(limitPrice)} is more than ${maxPriceDistance * 100} % from the last price ${
          rupeesText(lastPrice)
        }`
  },
  {
    name: "stale-quote",
    always: false,
    broken: ({ instrument, quoteAge, type }, { maxQuoteAge }) =>
      type !== "market" || quoteAge <= maxQuoteAge
        ? undefined
        : `last price of ${instrument.symbol} is ${Math.round(quoteAge / 1_000)} s old, limit ${maxQuoteAge / 1_000} s`
  },
  {
    name: "order-rate",
    always: false,
    broken: ({ ordersThisSecond }, { maxOrdersPerSecond }) =>
      ordersThisSecond < maxOrdersPerSecond
        ? undefined
        : `${ordersThisSecond} orders within a second, limit ${maxOrdersPerSecond}`
  },
  {
    name: "margin",
    always: false,
    broken: ({ funds: ask }) => {
      const funds = ask()
      if (funds === undefined) return undefined
      const { capital, free, needed, underlying } = funds
      if (needed === undefined) return `${underlying} has no price yet, so the margin cannot be worked out`
      return needed <= 0 || needed <= free
        ? undefined
        : `${rupeesText(needed)} needed, ${rupeesText(free)} free of ${rupeesText(capital)}`
    }
  }
]

const priceOf = ({ lastPrice, limitPrice, triggerPrice }: RiskQuestion): number =>
  Math.max(limitPrice ?? triggerPrice ?? lastPrice, 0)

/** The first rule that is broken, or nothing. */
export const check = (limits: RiskLimits, question: RiskQuestion): RiskRefusal | undefined => {
  for (const { always, broken, name } of rules) {
    if (question.reduces && !always) continue
    const detail = broken(question, limits)
    if (detail !== undefined) return { rule: name, detail }
  }
  return undefined
}
