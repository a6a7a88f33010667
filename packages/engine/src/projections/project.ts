/**
 * Turns journal records into what the tables should say, as rows keyed by what they replace. Rows hold states and running
 * totals, never differences: so the tables are the same however the records were cut into batches.
 */
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { JournalRecord } from "../journal/Journal.ts"
import { DecisionRecord } from "../journal/SessionRecords.ts"

/** A row as JSON; instants in epoch ms. */
export type Row = Readonly<Record<string, unknown>>

export interface Projected {
  readonly firstAt: number
  readonly lastAt: number
  /** Of the last record that was folded. */
  readonly record: number
  readonly hash: string
  /** The stage after these records; absent when they say nothing of it. */
  readonly killStage: string | undefined
  readonly orders: ReadonlyArray<Row>
  readonly fills: ReadonlyArray<Row>
  readonly positions: ReadonlyArray<Row>
  readonly dailyTotals: ReadonlyArray<Row>
  readonly deployments: ReadonlyArray<Row>
  readonly alerts: ReadonlyArray<Row>
  /** Numbers of records whose payload is no decision that this program knows. */
  readonly unreadable: ReadonlyArray<number>
}

const decode = Schema.decodeUnknownOption(DecisionRecord)

/** `undefined` without records. `symbolOf` names the session's instruments. */
export const project = (
  records: ReadonlyArray<JournalRecord>,
  symbolOf: (instrument: number) => string
): Projected | undefined => {
  const first = records[0]
  const last = records.at(-1)
  if (first === undefined || last === undefined) return undefined
  const tables = new Tables(symbolOf)
  const unreadable: Array<number> = []
  let firstAt = Infinity
  let lastAt = -Infinity
  for (const record of records) {
    firstAt = Math.min(firstAt, record.at)
    lastAt = Math.max(lastAt, record.at)
    if (record.kind !== "decision") continue
    const decoded = decode(record.payload)
    if (Option.isNone(decoded)) unreadable.push(record.number)
    else tables.decide(decoded.value.decision, record.number)
  }
  return {
    firstAt,
    lastAt,
    record: last.number,
    hash: last.hash,
    killStage: tables.killStage,
    orders: Array.from(tables.orders.values()),
    fills: Array.from(tables.fills.values()),
    positions: Array.from(tables.positions.values()),
    dailyTotals: Array.from(tables.dailyTotals.values()),
    deployments: Array.from(tables.deployments.values()),
    alerts: tables.alerts,
    unreadable
  }
}

class Tables {
  killStage: string | undefined
  readonly orders = new Map<string, Row>()
  readonly fills = new Map<string, Row>()
  readonly positions = new Map<string, Row>()
  readonly dailyTotals = new Map<string, Row>()
  readonly deployments = new Map<string, Row>()
  readonly alerts: Array<Row> = []
  readonly #symbolOf: (instrument: number) => string

  constructor(symbolOf: (instrument: number) => string) {
    this.#symbolOf = symbolOf
  }

  decide(decision: Decision, record: number): void {
    switch (decision._tag) {
      case "OrderChanged": {
        const { order } = decision
        this.orders.set(order.id, { ...order, symbol: this.#symbolOf(order.instrument) })
        return
      }
      case "Filled":
        return this.#filled(decision)
      case "PositionSettled": {
        const { at, position } = decision
        const key = `${position.instrument} ${position.book}`
        this.positions.set(key, { ...position, symbol: this.#symbolOf(position.instrument), at })
        return
      }
      case "DeploymentChanged": {
        const { at, deployment, reason, state } = decision
        this.deployments.set(deployment.id, { ...deployment, state, reason, at })
        return
      }
      case "Alarm": {
        const { at, detail, kind, raised, since, subject } = decision
        this.alerts.push({ record, kind, subject, raised, detail, since, at })
        return
      }
      case "RiskRefused": {
        const { at, book, detail, instrument, rule } = decision
        const subject = `${book} ${this.#symbolOf(instrument)}`
        this.alerts.push({ record, kind: `risk:${rule}`, subject, raised: true, detail, since: at, at })
        return
      }
      case "KillSwitch": {
        const { at, stage } = decision
        this.killStage = stage
        const raised = stage !== "none"
        this.alerts.push({ record, kind: "kill-switch", subject: "session", raised, detail: stage, since: at, at })
        return
      }
      case "SignalRaised":
      case "SignalIgnored":
      case "DeploymentLog":
        // In the journal's own table; nobody asks for them by anything else than time.
        return
    }
  }

  #filled({ charges, fill, position }: Extract<Decision, { readonly _tag: "Filled" }>): void {
    const symbol = this.#symbolOf(fill.instrument)
    this.fills.set(fill.id, { ...fill, symbol, ...charges })
    const key = `${position.instrument} ${position.book}`
    this.positions.set(key, { ...position, symbol, at: fill.at })
    const day = formatIstDate(fill.at)
    this.dailyTotals.set(`${day} ${key}`, {
      book: position.book,
      instrument: position.instrument,
      day,
      realised: position.realised,
      charges: position.charges
    })
  }
}
