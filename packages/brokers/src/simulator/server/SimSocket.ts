/**
 * One WebSocket of a simulated broker, with its faults between what the broker sends and what leaves. Orders of frames:
 * what is held back by `reorder` goes right after the next frame.
 */
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import type { FaultBoard, FaultScope } from "../faults/FaultBoard.ts"

type Frame = string | Uint8Array

export interface SocketContext {
  readonly faults: FaultBoard
  readonly scope: FaultScope
  readonly badPayload: (operation: "market-feed" | "order-feed" | undefined) => Frame
  readonly journal: (direction: "in" | "out", detail: string) => void
}

/** Copies of a frame. */
const BURST = 1_000

export class SimSocket {
  readonly #socket: WebSocket
  readonly #raw: Duplex
  readonly #context: SocketContext
  #scope: FaultScope
  #held: Frame | undefined
  #stale = false
  #silent = false

  constructor(socket: WebSocket, raw: Duplex, context: SocketContext) {
    this.#socket = socket
    this.#raw = raw
    this.#context = context
    this.#scope = context.scope
  }

  /** Which faults meet it. */
  get scope(): FaultScope {
    return this.#scope
  }

  /** For a client that says who it is only on the socket. */
  belongsTo(account: string): void {
    this.#scope = { ...this.#scope, account }
  }

  /** Nothing leaves any more, not even answers to pings. */
  get isSilent(): boolean {
    return this.#silent
  }

  /** Bytes that the client has not taken yet. */
  get backlog(): number {
    return this.#socket.bufferedAmount
  }

  /** Data: faults of streams apply. `operation`: where one connection carries both ticks and orders, which of them it is. */
  send(frame: Frame, operation?: "market-feed" | "order-feed"): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    const { badPayload, faults } = this.#context
    const scope = operation === undefined ? this.#scope : { ...this.#scope, operation }
    const rule = faults.rules.length === 0 ? undefined : faults.take([
      "disconnect",
      "reset",
      "cut-frame",
      "half-open",
      "stale",
      "silent",
      "bad-opcode",
      "bad-payload",
      "duplicate",
      "burst",
      "reorder",
      "miss"
    ], scope)
    if (rule !== undefined) this.#context.journal("out", `fault ${rule.fault}`)
    switch (rule?.fault) {
      case "disconnect":
        this.#socket.close(1001)
        return
      case "reset":
        this.destroy()
        return
      case "cut-frame":
        // A binary frame of 100 bytes of which three come.
        this.#raw.write(Buffer.from([0x82, 100, 1, 2, 3]))
        this.#raw.destroy()
        return
      case "half-open":
        this.#raw.write(Buffer.from([0x88, 0]))
        this.#silent = true
        return
      case "stale":
        this.#stale = true
        return
      case "silent":
        this.#silent = true
        return
      case "bad-opcode":
        this.#raw.write(Buffer.from([0x83, 0]))
        return
      case "bad-payload":
        this.#put(badPayload(operation))
        return
      case "duplicate":
        this.#put(frame)
        this.#put(frame)
        return
      case "burst":
        for (let i = rule.parts ?? BURST; i > 0; i--) this.#put(frame)
        return
      case "reorder":
        if (this.#held !== undefined) this.#put(this.#held)
        this.#held = frame
        return
      case "miss":
        return
      default:
        this.#put(frame)
    }
  }

  /** Whether the next tick of the instrument goes without its price. */
  losesPrice(symbol: string): boolean {
    const { faults } = this.#context
    const scope = { ...this.#scope, operation: "market-feed", symbol } as const
    return faults.rules.length > 0 && faults.take(["no-price"], scope) !== undefined
  }

  /** Heartbeats and answers to them: only a silent socket keeps them. */
  control(frame: Frame): void {
    if (this.#silent || this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(frame)
  }

  ping(): void {
    if (!this.#silent && this.#socket.readyState === this.#socket.OPEN) this.#socket.ping()
  }

  close(code = 1000): void {
    this.#socket.close(code)
  }

  /** TCP reset. */
  destroy(): void {
    const raw = this.#raw
    if ("resetAndDestroy" in raw && typeof raw.resetAndDestroy === "function") raw.resetAndDestroy()
    else raw.destroy()
  }

  #put(frame: Frame): void {
    if (this.#stale || this.#silent) return
    this.#socket.send(frame)
    if (this.#held === undefined || this.#held === frame) return
    const held = this.#held
    this.#held = undefined
    this.#socket.send(held)
  }
}
