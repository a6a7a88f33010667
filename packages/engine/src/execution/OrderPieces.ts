/** What is known of the placement of an order's pieces: each goes to the broker under a tag of its own. */
import {
  absent,
  answered,
  failed,
  lost,
  type Placement,
  recovered,
  seen,
  sending
} from "@keepgaining/brokers/orders/Placement.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { type BrokerOrder, isFinal } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { OrderSlice } from "@keepgaining/core/orders/Order.ts"
import type { NotPlaced } from "./nextReport.ts"

/** An acknowledged order that no book or stream shows after so long counts as unknown, ms. */
export const SHOWN_WITHIN_MS = 5_000

interface Piece {
  placement: Placement
  /** Nobody waits for an answer any more: it came, or the one who waited is gone. */
  settledAt: number | undefined
  /** The broker said no; otherwise it never got there. */
  refused: boolean
}

const begun = (tag: string, now: number): Piece => ({
  placement: sending(tag, now),
  settledAt: undefined,
  refused: false
})

export class OrderPieces {
  readonly #pieces = new Map<string, Piece>()

  begin(tag: string, now: number): void {
    this.#pieces.set(tag, begun(tag, now))
  }

  /** Whoever waited for answers is gone: what was on its way, and left by now at the latest, may have arrived. */
  abandon(now: number): void {
    for (const piece of this.#pieces.values()) {
      const { placement, settledAt } = piece
      if (settledAt === undefined && placement._tag === "Sending") {
        piece.placement = recovered(sending(placement.tag, now))
      }
    }
  }

  /**
   * The call has ended, `error` absent = acknowledged: that is believed once a book or a stream shows the order. `gone`: the account
   * was removed before it could be called.
   */
  settle(tag: string, now: number, error: BrokerError | "gone" | undefined): void {
    const piece = this.#pieces.get(tag)
    if (piece === undefined) return
    piece.settledAt = now
    // It may have waited at the gate: by now at the latest it had left, and what looks for it counts from here.
    if (piece.placement._tag === "Sending") piece.placement = sending(tag, now)
    if (error === undefined) return
    if (error === "gone") piece.placement = { _tag: "NotPlaced", tag, reason: "its account was removed" }
    else {
      piece.placement = failed(piece.placement, error)
      piece.refused = error._tag === "Refused"
    }
  }

  /** Compares with the broker's rows. `isAccepted`: the desk was told of the order once. */
  observe(slices: ReadonlyArray<OrderSlice>, rows: ReadonlyArray<BrokerOrder>, isAccepted: boolean, now: number): void {
    for (const { tag } of slices) {
      let piece = this.#pieces.get(tag)
      if (piece === undefined) {
        piece = { ...begun(tag, now), placement: recovered(sending(tag, now)) }
        this.#pieces.set(tag, piece)
      }
      const ids = rows.flatMap((row) => row.tag === tag ? [row.orderId] : [])
      piece.placement = seen(piece.placement, ids)
      const { settledAt } = piece
      if (ids.length === 0 && isAccepted && slices.length === 1 && piece.placement._tag === "Unknown") {
        // It exists, only the book has not been read yet.
        piece.placement = answered(piece.placement, [])
      }
      if (piece.placement._tag === "Sending" && settledAt !== undefined && now - settledAt >= SHOWN_WITHIN_MS) {
        piece.placement = lost(piece.placement, "acknowledged, but neither the book nor the stream shows it")
      }
    }
  }

  /** Those that are certainly nowhere, by tag. */
  notPlaced(): ReadonlyMap<string, NotPlaced> {
    const found = new Map<string, NotPlaced>()
    for (const [tag, { placement, refused }] of this.#pieces) {
      if (placement._tag === "NotPlaced") found.set(tag, { reason: placement.reason, refused })
    }
    return found
  }

  /** Those of which it is not known whether they exist. */
  unknown(): ReadonlyArray<Extract<Placement, { readonly _tag: "Unknown" }>> {
    return [...this.#pieces.values()].flatMap(({ placement }) => placement._tag === "Unknown" ? [placement] : [])
  }

  /** Those that may exist and that no row has shown yet, while nobody waits for their answer any more. */
  missing(): ReadonlyArray<string> {
    return [...this.#pieces.values()].flatMap(({ placement }) =>
      placement._tag === "Unknown" || (placement._tag === "Placed" && placement.orderIds.length === 0)
        ? [placement.tag]
        : []
    )
  }

  /** A book that was read from `startedAt` on (epoch ms) does not show it. */
  absent(tag: string, startedAt: number): void {
    const piece = this.#pieces.get(tag)
    if (piece !== undefined) piece.placement = absent(piece.placement, startedAt)
  }

  /** Whether nothing more can come of any of them. */
  areOver(slices: ReadonlyArray<OrderSlice>, rows: ReadonlyArray<BrokerOrder>): boolean {
    return slices.every(({ tag }) => {
      const own = rows.filter((row) => row.tag === tag)
      return own.length > 0
        ? own.every(({ status }) => isFinal(status))
        : this.#pieces.get(tag)?.placement._tag === "NotPlaced"
    })
  }
}
