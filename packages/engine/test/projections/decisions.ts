/** A day and a half of a made-up session, as the journal holds it. */
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { paise, rupees } from "@keepgaining/core/market/Money.ts"
import type { Order, OrderStatus } from "@keepgaining/core/orders/Order.ts"
import type { JournalEntry } from "../../src/journal/Journal.ts"

/** 2021-06-09 10:00 IST. */
export const morning = Date.UTC(2021, 5, 9, 4, 30)
const DAY = 86_400_000

export const symbolOf = (instrument: number): string => `NSE:TEST${instrument}`

const deployment = {
  id: "rocket",
  strategy: "VolumeRocket",
  parameters: { period: 14, "₹": [1, null] },
  instruments: ["NSE:TEST1", "NSE:TEST2"],
  lots: 2,
  mode: "paper" as const
}

const order = (id: string, status: OrderStatus, at: number, change: Partial<Order> = {}): Order => ({
  id,
  book: "rocket",
  clientTag: `tag-${id}`,
  instrument: 1,
  side: "buy",
  quantity: 75,
  type: "limit",
  limitPrice: paise(1_234_505),
  validity: "DAY",
  product: "intraday",
  purpose: "entry",
  reduceOnly: false,
  status,
  filledQuantity: 0,
  averagePrice: 0,
  venue: "paper",
  createdAt: morning,
  updatedAt: at,
  cause: 17,
  ...change
})

const charges = (n: number) => ({
  brokerage: rupees(20),
  stt: rupees(n / 3),
  exchange: rupees(0.1 * n),
  ipft: rupees(0),
  sebi: rupees(0.01),
  stamp: rupees(0.2),
  gst: rupees(3.6),
  total: rupees(24 + n / 3)
})

const filled = (n: number, at: number, realised: number, charged: number): Decision => ({
  _tag: "Filled",
  fill: {
    id: `F${n}`,
    orderId: `O${n}`,
    book: n % 2 === 0 ? "manual" : "rocket",
    instrument: n % 3,
    side: n % 2 === 0 ? "sell" : "buy",
    quantity: 75,
    price: paise(1_234_500 + n),
    product: "intraday",
    purpose: "entry",
    at
  },
  charges: charges(n),
  position: {
    book: n % 2 === 0 ? "manual" : "rocket",
    instrument: n % 3,
    quantity: n % 5 === 0 ? 0 : 75,
    averagePrice: 1_234_500 + n / 7,
    realised,
    charges: rupees(charged),
    buyQuantity: 75 * n,
    sellQuantity: 0
  }
})

export const decisions: ReadonlyArray<Decision> = [
  { _tag: "DeploymentChanged", deployment, state: "running", reason: "deployed", at: morning },
  { _tag: "KillSwitch", stage: "pause", at: morning },
  { _tag: "KillSwitch", stage: "none", at: morning + 1 },
  ...Array.from({ length: 40 }, (_, index) => index + 1).flatMap((n): ReadonlyArray<Decision> => {
    const at = morning + n * 1_000 + (n > 25 ? DAY : 0)
    return [
      { _tag: "OrderChanged", order: order(`O${n}`, "pending", at) },
      { _tag: "OrderChanged", order: order(`O${n}`, "open", at + 10) },
      filled(n, at + 20, n * 100 + 1 / 3, n * 24.1),
      {
        _tag: "OrderChanged",
        order: n % 4 === 0
          ? order(`O${n}`, "rejected", at + 20, { reason: "no 'margin'" })
          : order(`O${n}`, "complete", at + 20, { filledQuantity: 75, averagePrice: 1_234_500 + n / 7 })
      }
    ]
  }),
  {
    _tag: "Alarm",
    kind: "stale-feed",
    subject: "feed",
    raised: true,
    detail: "no tick for 10 s",
    since: morning + DAY,
    at: morning + DAY + 10_000
  },
  {
    _tag: "RiskRefused",
    rule: "daily-loss",
    book: "rocket",
    instrument: 2,
    detail: "limit reached",
    at: morning + DAY
  },
  { _tag: "DeploymentLog", deployment: "rocket", instrument: 1, message: "hello", at: morning + DAY },
  { _tag: "DeploymentChanged", deployment, state: "stopped", reason: "loss", at: morning + DAY + 20_000 },
  { _tag: "KillSwitch", stage: "flatten", at: morning + DAY + 30_000 }
]

export const journalled: ReadonlyArray<JournalEntry> = decisions.map((decision, index) => ({
  sequence: index * 2,
  at: morning + index,
  kind: "decision",
  payload: { number: index + 1, decision }
}))
