/**
 * Sums and extremes over columns of candles, of any length: a stretch at a time is copied to where four numbers are added
 * or compared at once, and is still in the processor's cache then.
 */
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { type Code, f64, i32, i64, type Local, repeatWhile, v128, WasmFunction, wasmModule } from "./WasmCode.ts"

export interface CandleTotals {
  /** Of closes, paise. Sums are exact up to 2^53. */
  readonly closes: number
  readonly volume: number
  /** Of highs, paise; -Infinity without candles. */
  readonly highest: number
  /** Of lows; Infinity without candles. */
  readonly lowest: number
}

const PAGE = 65_536
/** Numbers of a stretch. */
const STRETCH = PAGE / 4
/** A turn of the loops: bytes. */
const TURN = 32
const TURN_NUMBERS = TURN / 4

/** (end): over the numbers in `[0, end)` bytes, at least one turn. */
const reduction = (
  result: "i32" | "f64",
  make: (made: WasmFunction, at: Local) => { readonly before: Code; readonly turn: Code; readonly after: Code }
): WasmFunction => {
  const made = new WasmFunction(result)
  const end = made.parameter("i32")
  const at = made.variable("i32")
  const { after, before, turn } = make(made, at)
  made.body(
    before,
    repeatWhile(i32.lessUnsigned(at.get, end.get), turn, at.set(i32.add(at.get, i32.constant(TURN)))),
    after
  )
  return made
}

/** The lower and the upper two of every four are widened to 64 bits and added side by side. */
const sum = (low: (four: Code) => Code, high: (four: Code) => Code): WasmFunction =>
  reduction("f64", (made, at) => {
    const first = made.variable("v128")
    const second = made.variable("v128")
    const lower = made.variable("v128")
    const upper = made.variable("v128")
    return {
      before: [],
      turn: [
        first.set(v128.load(at.get)),
        second.set(v128.load(at.get, 16)),
        lower.set(v128.add64(lower.get, v128.add64(low(first.get), low(second.get)))),
        upper.set(v128.add64(upper.get, v128.add64(high(first.get), high(second.get))))
      ],
      after: [
        lower.set(v128.add64(lower.get, upper.get)),
        f64.ofI64(i64.add(v128.lane64(0)(lower.get), v128.lane64(1)(lower.get)))
      ]
    }
  })

const extreme = (pick: (a: Code, b: Code) => Code): WasmFunction =>
  reduction("i32", (made, at) => {
    const first = made.variable("v128")
    const second = made.variable("v128")
    return {
      before: [first.set(v128.load(i32.constant(0))), second.set(first.get)],
      turn: [
        first.set(pick(first.get, v128.load(at.get))),
        second.set(pick(second.get, v128.load(at.get, 16)))
      ],
      after: [
        first.set(pick(first.get, second.get)),
        first.set(pick(first.get, v128.swapHalves(first))),
        first.set(pick(first.get, v128.swapPairs(first))),
        v128.lane(0)(first.get)
      ]
    }
  })

interface Kernel {
  readonly memory: WebAssembly.Memory
  readonly sumSigned: (end: number) => number
  readonly sumUnsigned: (end: number) => number
  readonly highest: (end: number) => number
  readonly lowest: (end: number) => number
}

const load = (): Kernel => {
  const functions = {
    sumSigned: sum(v128.lowSigned, v128.highSigned),
    sumUnsigned: sum(v128.lowUnsigned, v128.highUnsigned),
    highest: extreme(v128.greater),
    lowest: extreme(v128.lesser)
  }
  // What the module above exports.
  return new WebAssembly.Instance(new WebAssembly.Module(wasmModule(functions, 1))).exports as unknown as Kernel
}

// One of each: it is synchronous.
let kernel: Kernel | undefined
let signed = new Int32Array(0)
let unsigned = new Uint32Array(0)

type Column = Int32Array | Uint32Array

/** What `over` makes of each stretch, joined; the numbers that fill no turn are joined one by one. */
const reduced = (
  column: Column,
  length: number,
  first: number,
  over: (end: number) => number,
  join: (a: number, b: number) => number
): number => {
  const whole = length - length % TURN_NUMBERS
  let result = first
  for (let from = 0; from < whole; from += STRETCH) {
    const to = Math.min(from + STRETCH, whole)
    // Of the same kind: only then it is a copy of bytes.
    if (column instanceof Int32Array) signed.set(column.subarray(from, to))
    else unsigned.set(column.subarray(from, to))
    result = join(result, over((to - from) * 4))
  }
  // Inside the length.
  for (let row = whole; row < length; row++) result = join(result, column[row]!)
  return result
}

const added = (a: number, b: number): number => a + b

export const candleTotals = ({ close, high, length, low, volume }: CandleColumns): CandleTotals => {
  if (kernel === undefined) {
    kernel = load()
    signed = new Int32Array(kernel.memory.buffer)
    unsigned = new Uint32Array(kernel.memory.buffer)
  }
  return {
    closes: reduced(close, length, 0, kernel.sumSigned, added),
    volume: reduced(volume, length, 0, kernel.sumUnsigned, added),
    highest: reduced(high, length, -Infinity, kernel.highest, Math.max),
    lowest: reduced(low, length, Infinity, kernel.lowest, Math.min)
  }
}
