/** The order desk's memory, its settings, and what it may use. The memory is plain data. */
import type { Segment } from "../calendar/CalendarRules.ts"
import type { SessionDay } from "../candles/TradingHours.ts"
import type { ChargeSchedule } from "../charges/ChargeSchedule.ts"
import type { KillStage } from "../commands/Command.ts"
import type { Decision } from "../decisions/Decision.ts"
import type { ContractRisk } from "../margins/contractRisk.ts"
import type { MarginSchedule } from "../margins/MarginRates.ts"
import type { InstrumentTable } from "../market/Instrument.ts"
import type { Paise } from "../market/Money.ts"
import type { FillModel } from "../matching/PaperBook.ts"
import type { GuardInstruction } from "../orders/Guard.ts"
import type { ExchangeInstruction, OrderPurpose, OrderSlice, Product, Venue } from "../orders/Order.ts"
import type { TrackedOrder } from "../orders/OrderReducer.ts"
import type { LedgerState } from "../portfolio/Ledger.ts"
import type { RiskLimits } from "../risk/Risk.ts"
import type { Signal } from "../strategies/Signal.ts"
import type { OrderUpdate } from "../strategies/Strategy.ts"
import { type SquareOff, usualSquareOff } from "./squareOff.ts"

export interface DeskSettings {
  /** Whether the session can send live orders at all. */
  readonly live: boolean
  readonly limits: RiskLimits
  readonly fills: FillModel
  /** Delay from a decision to the exchange: `base` plus 0 to `jitter`, drawn from the order's id, ms; base >= 10. */
  readonly latency: { readonly base: number; readonly jitter: number }
  /** Rates and plans of brokerage, and which plan the account has. */
  readonly charges: ChargeSchedule
  /** Rates of the margin model, by which paper orders are held against the capital. */
  readonly margins: MarginSchedule
  readonly plan: string
  /** From when on intraday positions are squared off, and none opened any more; by their first day, ascending. */
  readonly squareOff: ReadonlyArray<SquareOff>
  /** How long an exit may wait for its fill before its limit is moved after the market, ms. */
  readonly chaseAfter: number
}

const crore = 10_000_000 * 100

/** A private trader's paper account: wide enough to try things, with a capital and a daily loss limit that bite. */
export const defaultDeskSettings: Omit<DeskSettings, "charges" | "margins"> = {
  live: false,
  limits: {
    capital: crore,
    maxOrderQuantity: 100_000,
    maxOrderValue: crore,
    maxOpenPositions: 200,
    maxPositionValue: 2 * crore,
    maxDailyLoss: crore / 10,
    maxOrdersPerSecond: 10,
    maxQuoteAge: 60_000,
    maxPriceDistance: 0.2
  },
  fills: { seed: 0, protection: 0.005, participation: 0.25, slippage: 3 },
  latency: { base: 50, jitter: 100 },
  plan: "zerodha",
  squareOff: [usualSquareOff],
  chaseAfter: 3_000
}

/** Stop, target and trail that a book's position in an instrument is to have while it is open. */
export interface Bracket {
  readonly stop: Paise | undefined
  readonly target: Paise | undefined
  readonly trail: Paise | undefined
}

export interface DeskDeployment {
  readonly lots: number
  /** Whether its signals become orders; a deployment in mode `signal` only reports. */
  readonly trades: boolean
  readonly venue: Venue
  paused: boolean
  stopped: boolean
}

/** What is known of a live order beyond the order itself. */
export interface LiveOrder {
  /** Undefined until it is decided; then it is never another one. */
  readonly account: string | undefined
  readonly slices: ReadonlyArray<OrderSlice>
  /** Of brokerage at that account; `undefined` = the session's. */
  readonly plan: string | undefined
  /** The newest change that was sent and not answered. */
  readonly change: Extract<ExchangeInstruction, { readonly _tag: "Modify" }> | undefined
  /** A cancellation that was sent and not answered: its reason. */
  readonly cancel: string | undefined
}

/** Between which prices an exchange takes orders. */
export interface PriceLimits {
  readonly lowest: Paise
  readonly highest: Paise
}

/** What was worked out of the paper account's margin. */
export interface MarginState {
  /** What binds money, by underlying, and all of it together, paise. */
  needs: Record<string, number>
  bound: number
  /** Underlyings of which something has changed since. */
  changed: Record<string, true>
  /** Contracts' scenarios and when they were worked out, epoch ms; by instrument. */
  risks: Record<number, { readonly at: number; readonly risk: ContractRisk }>
}

/** Records are by order id, or by {@link keyOf} of the ledger where they are about a book's position. */
export interface DeskState {
  orders: Record<string, TrackedOrder>
  /** Ids of orders that may still change, oldest first. */
  working: Array<string>
  /** Order ids by book and client tag. */
  tags: Record<string, string>
  orderCount: number
  /** Orders that the desk itself made, by ledger key; their tags count them. */
  made: Record<string, number>
  ledger: LedgerState
  /** Ledger keys of open positions, in the order in which they were opened. */
  open: Array<string>
  /** Realised profit less charges of everything so far, paise; and of the paper books alone. */
  booked: number
  paperBooked: number
  brackets: Record<string, Bracket>
  /** As what each open position was opened. */
  products: Record<string, Product>
  /** Signals that wait for the opposite position to be closed. */
  reversals: Record<string, { readonly deployment: string; readonly instrument: number; readonly signal: Signal }>
  /** Entries that were cancelled because the book is leaving: should one fill all the same, the fill is exited. */
  abandoned: Record<string, OrderPurpose>
  /** Orders whose cancellation is on its way. */
  cancelling: Record<string, true>
  /** Orders for brokers. */
  live: Record<string, LiveOrder>
  /** Through which account each live position was opened; exits go the same way. By ledger key. */
  holders: Record<string, string>
  /** Until when each account takes live orders, epoch ms. */
  armed: Record<string, number>
  /** Exits of a position that never reached an exchange and were asked for again, in a row; by ledger key. */
  retries: Record<string, number>
  /** The day's price bands that the desk was told of, by instrument. */
  bands: Record<number, PriceLimits>
  /** When something is to be done about a working order: an exit's limit moved, an entry's rest cancelled; epoch ms. */
  deadlines: Record<string, number>
  deployments: Record<string, DeskDeployment>
  killStage: KillStage
  /** Times of the orders of the latest second, oldest first, epoch ms. */
  recent: Array<number>
  /** Net result of all positions when the day began, paise. */
  dayStart: number
  /** Result of the day at the latest whole second, paise. */
  dayResult: number
  /** The day's loss has reached its limit: entries are paused until the next session. */
  lossReached: boolean
  /** Segments whose intraday positions were squared off today. */
  squaredOff: Array<Segment>
  sessionEnded: boolean
  /** Positions in expired contracts for which no final price is known, so that each is said once; by ledger key. */
  unsettled: Record<string, true>
  margin: MarginState
  /** Tables of rates that were found wanting, so that each is said once. */
  ratesMissing: Array<string>
}

export const initialDesk = (): DeskState => ({
  orders: {},
  working: [],
  tags: {},
  orderCount: 0,
  made: {},
  ledger: {},
  open: [],
  booked: 0,
  paperBooked: 0,
  brackets: {},
  products: {},
  reversals: {},
  abandoned: {},
  cancelling: {},
  live: {},
  holders: {},
  armed: {},
  retries: {},
  bands: {},
  deadlines: {},
  deployments: {},
  killStage: "none",
  recent: [],
  dayStart: 0,
  dayResult: 0,
  lossReached: false,
  squaredOff: [],
  sessionEnded: false,
  unsettled: {},
  margin: { needs: {}, bound: 0, changed: {}, risks: {} },
  ratesMissing: []
})

/** The newest quote of an instrument; prices in paise, 0 = not given. */
export interface DeskQuote {
  readonly price: Paise
  readonly bid: Paise
  readonly ask: Paise
  /** Event time, epoch ms. */
  readonly time: number
}

/** What the desk may use while it decides. */
export interface DeskContext {
  /** Event time, epoch ms. */
  readonly now: () => number
  /** Number of the input being folded. */
  readonly cause: () => number
  readonly instruments: InstrumentTable
  /** Today's; `undefined` before the first one. */
  readonly quote: (instrument: number) => DeskQuote | undefined
  /** Also of an earlier day; `undefined` when there never was one. */
  readonly lastPrice: (instrument: number) => Paise | undefined
  /** Whose hours the instrument has. */
  readonly segmentOf: (instrument: number) => Segment
  /** The segment's session on the instant's day; `undefined` when it has none. */
  readonly session: (segment: Segment, instant: number) => SessionDay | undefined
  readonly emit: (decision: Decision) => void
  readonly send: (instruction: ExchangeInstruction) => void
  readonly guard: (instruction: GuardInstruction) => void
  /** Tells the strategy of that book. */
  readonly notify: (book: string, instrument: number, update: OrderUpdate) => void
}

/** What every part of the desk works on. */
export interface Desk {
  readonly settings: DeskSettings
  readonly context: DeskContext
  readonly state: DeskState
}

/** Event times of decisions lie on this grid, ms. */
export const DECISION_GRID = 10

/**
 * Time of a decision. Ticks within one step of the grid may reach the desk together or one by one, as they happened to
 * be framed; on the grid both give the same time.
 */
export const decisionTime = (desk: Desk): number => Math.floor(desk.context.now() / DECISION_GRID) * DECISION_GRID
