/**
 * Unpacks runs of candles (`../CandleRun.ts` has the layout), four numbers at a time. Values of up to 25 bits lie within
 * four bytes, so four of them are one load, one permutation of bytes, and a multiplication by powers of two that aligns
 * them; sums of differences are taken over four at a time as well. All arithmetic is modulo 2^32, as the packing promises.
 */
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { call, type Code, i32, i64, type Local, repeatWhile, v128, WasmFunction, wasmModule, when } from "./WasmCode.ts"

const FRAME = 64
const HEADER_BYTES = 24
/** Values of more bits may lie in five bytes. */
const WIDEST = 25

// The memory: how each width is unpacked, where the reading stopped, seven columns, the packed runs.
const WIDTH_BYTES = 64
const PLACE = (WIDEST + 1) * WIDTH_BYTES
const COLUMNS = PLACE + 64
/** Candles of a batch; a run has 1,440 at most. Few enough that the columns stay in the processor's cache. */
const BATCH = 4_096
/** Values are unpacked by eight, so there is written a little behind the last candle. */
const STRIDE = (BATCH + 16) * 4
const INPUT = COLUMNS + 7 * STRIDE
/** Sixteen bytes are loaded at a time, so there is read a little behind the last word. */
const BEHIND = 64

const PAGE = 65_536

const columnAt = (index: number): number => COLUMNS + index * STRIDE
const MINUTE = columnAt(0)
const OPEN = columnAt(1)
const CLOSE = columnAt(2)
const HIGH = columnAt(3)
const LOW = columnAt(4)
const VOLUME = columnAt(5)
const INTEREST = columnAt(6)

/** In the order of a frame. */
const columns = [MINUTE, OPEN, CLOSE, HIGH, LOW, VOLUME, INTEREST]

/**
 * For each width, the bytes and the multipliers of the first four values of a group of eight, then those of the last four:
 * eight values of any width end with a whole byte. A multiplier puts the value seven bits up.
 */
const writeTables = (memory: ArrayBuffer): void => {
  const bytes = new Uint8Array(memory)
  const words = new Uint32Array(memory)
  for (let bits = 1; bits <= WIDEST; bits++) {
    for (let half = 0; half < 2; half++) {
      const table = bits * WIDTH_BYTES + half * 32
      for (let lane = 0; lane < 4; lane++) {
        const bit = half * 4 * bits % 8 + lane * bits
        for (let byte = 0; byte < 4; byte++) bytes[table + lane * 4 + byte] = (bit >>> 3) + byte
        words[(table + 16) / 4 + lane] = 1 << (7 - bit % 8)
      }
    }
  }
}

/** Words of 32 bits, as bytes. */
const wordBytes = (bits: Code): Code =>
  i32.shiftLeft(i32.shiftRight(i32.add(bits, i32.constant(31)), i32.constant(5)), i32.constant(2))

/** (from, bits, to, size): unpacks one column of a frame. Answers where the next one begins. */
const column = (): WasmFunction => {
  const made = new WasmFunction("i32")
  const from = made.parameter("i32")
  const bits = made.parameter("i32")
  const to = made.parameter("i32")
  const size = made.parameter("i32")
  const next = made.variable("i32")
  const stop = made.variable("i32")
  const table = made.variable("i32")
  const fromLast = made.variable("i32")
  const bit = made.variable("i32")
  const mask = made.variable("i32")
  const masks = made.variable("v128")
  const pickFirst = made.variable("v128")
  const liftFirst = made.variable("v128")
  const pickLast = made.variable("v128")
  const liftLast = made.variable("v128")
  const more = i32.lessUnsigned(to.get, stop.get)
  const four = (at: Local, pick: Local, lift: Local): Code =>
    v128.and(
      v128.shiftRight(v128.multiply(v128.pick(v128.load(at.get), pick.get), lift.get), i32.constant(7)),
      masks.get
    )
  const zeros = repeatWhile(
    more,
    v128.store(to.get, v128.zero),
    v128.store(to.get, v128.zero, 16),
    to.set(i32.add(to.get, i32.constant(32)))
  )
  const narrow = [
    table.set(i32.multiply(bits.get, i32.constant(WIDTH_BYTES))),
    pickFirst.set(v128.load(table.get)),
    liftFirst.set(v128.load(table.get, 16)),
    pickLast.set(v128.load(table.get, 32)),
    liftLast.set(v128.load(table.get, 48)),
    masks.set(v128.splat(mask.get)),
    fromLast.set(i32.add(from.get, i32.shiftRight(bits.get, i32.constant(1)))),
    repeatWhile(
      more,
      v128.store(to.get, four(from, pickFirst, liftFirst)),
      v128.store(to.get, four(fromLast, pickLast, liftLast), 16),
      from.set(i32.add(from.get, bits.get)),
      fromLast.set(i32.add(fromLast.get, bits.get)),
      to.set(i32.add(to.get, i32.constant(32)))
    )
  ]
  const wide = repeatWhile(
    more,
    i32.store(
      to.get,
      i32.and(
        i32.ofI64(i64.shiftRight(
          i64.load(i32.add(from.get, i32.shiftRight(bit.get, i32.constant(3)))),
          i64.ofI32Unsigned(i32.and(bit.get, i32.constant(7)))
        )),
        mask.get
      )
    ),
    bit.set(i32.add(bit.get, bits.get)),
    to.set(i32.add(to.get, i32.constant(4)))
  )
  made.body(
    next.set(i32.add(from.get, wordBytes(i32.multiply(size.get, bits.get)))),
    stop.set(i32.add(to.get, i32.shiftLeft(size.get, i32.constant(2)))),
    mask.set(i32.shiftRight(i32.constant(-1), i32.subtract(i32.constant(32), bits.get))),
    when(i32.isZero(bits.get), zeros, when(i32.atMostUnsigned(bits.get, i32.constant(WIDEST)), narrow, wide)),
    next.get
  )
  return made
}

/** (from, end): unpacks runs until the batch is full. Answers how many candles; `PLACE` holds where it stopped. */
const runs = (unpackColumn: number): WasmFunction => {
  const made = new WasmFunction("i32")
  const from = made.parameter("i32")
  const end = made.parameter("i32")
  const rows = made.variable("i32")
  const count = made.variable("i32")
  const left = made.variable("i32")
  const size = made.variable("i32")
  const widths = made.variable("i32")
  const values = made.variable("i32")
  const to = made.variable("i32")
  const stop = made.variable("i32")
  const divisor = made.variable("v128")
  const one = made.variable("v128")
  const minute = made.variable("v128")
  const close = made.variable("v128")
  const interest = made.variable("v128")
  const sum = made.variable("v128")
  const body = made.variable("v128")
  const open = made.variable("v128")

  /** Each number and those before it. */
  const summed = (four: Code): Code => [
    sum.set(four),
    sum.set(v128.add(sum.get, v128.behindOne(sum.get))),
    v128.add(sum.get, v128.behindTwo(sum.get))
  ]
  const zigzag = (at: number): Code => [
    sum.set(v128.load(to.get, at)),
    v128.xor(v128.shiftRight(sum.get, i32.constant(1)), v128.negate(v128.and(sum.get, one.get)))
  ]
  const store = (at: number, price: Code): Code => v128.store(to.get, v128.multiply(price, divisor.get), at)
  const candles = repeatWhile(
    i32.lessUnsigned(to.get, stop.get),
    minute.set(v128.add(summed(v128.add(v128.load(to.get, MINUTE), one.get)), minute.get)),
    v128.store(to.get, minute.get, MINUTE),
    minute.set(v128.last(minute)),
    body.set(zigzag(CLOSE)),
    close.set(v128.add(summed(v128.add(zigzag(OPEN), body.get)), close.get)),
    open.set(v128.subtract(close.get, body.get)),
    store(OPEN, open.get),
    store(CLOSE, close.get),
    store(HIGH, v128.add(v128.greater(open.get, close.get), v128.load(to.get, HIGH))),
    store(LOW, v128.subtract(v128.lesser(open.get, close.get), v128.load(to.get, LOW))),
    close.set(v128.last(close)),
    interest.set(v128.add(summed(zigzag(INTEREST)), interest.get)),
    v128.store(to.get, interest.get, INTEREST),
    interest.set(v128.last(interest)),
    to.set(i32.add(to.get, i32.constant(16)))
  )
  const frames = repeatWhile(
    left.get,
    size.set(left.get),
    when(i32.lessUnsigned(i32.constant(FRAME), left.get), size.set(i32.constant(FRAME))),
    columns.map((at, i) =>
      values.set(
        call(unpackColumn, values.get, i32.load8(widths.get, i), i32.add(to.get, i32.constant(at)), size.get)
      )
    ),
    widths.set(i32.add(widths.get, i32.constant(columns.length))),
    stop.set(i32.add(to.get, i32.shiftLeft(size.get, i32.constant(2)))),
    candles,
    left.set(i32.subtract(left.get, size.get))
  )
  const frameCount = i32.shiftRight(i32.add(count.get, i32.constant(FRAME - 1)), i32.constant(6))
  const fits = i32.and(
    i32.lessUnsigned(from.get, end.get),
    i32.atMostUnsigned(i32.add(rows.get, i32.load16(from.get, 4)), i32.constant(BATCH))
  )
  // Days begin 330 minutes before UTC's; the first gap counts from the minute before the first candle.
  const firstMinute = i32.add(
    i32.multiply(i32.load16(from.get, 6), i32.constant(1_440)),
    i32.subtract(i32.load16(from.get, 10), i32.constant(331))
  )
  made.body(
    one.set(v128.splat(i32.constant(1))),
    when(
      fits,
      repeatWhile(
        fits,
        count.set(i32.load16(from.get, 4)),
        minute.set(v128.splat(firstMinute)),
        divisor.set(v128.splat(i32.load(from.get, 12))),
        close.set(v128.splat(i32.load(from.get, 16))),
        interest.set(v128.splat(i32.load(from.get, 20))),
        widths.set(i32.add(from.get, i32.constant(HEADER_BYTES))),
        values.set(i32.add(
          widths.get,
          i32.and(i32.add(i32.multiply(frameCount, i32.constant(columns.length)), i32.constant(3)), i32.constant(-4))
        )),
        left.set(count.get),
        to.set(i32.shiftLeft(rows.get, i32.constant(2))),
        frames,
        rows.set(i32.add(rows.get, count.get)),
        from.set(i32.add(from.get, i32.shiftLeft(i32.load16(from.get, 8), i32.constant(2))))
      )
    ),
    i32.store(i32.constant(PLACE), from.get),
    rows.get
  )
  return made
}

interface Kernel {
  readonly memory: WebAssembly.Memory
  readonly runs: (from: number, end: number) => number
}

interface Views {
  readonly bytes: Uint8Array
  readonly place: Uint32Array
  readonly columns: CandleColumns
}

const load = (): Kernel => {
  const functions = { column: column(), runs: runs(0) }
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(wasmModule(functions, Math.ceil((INPUT + PAGE) / PAGE)))
  )
  // What the module above exports.
  const kernel = instance.exports as unknown as Kernel
  writeTables(kernel.memory.buffer)
  return kernel
}

const viewsOf = ({ buffer }: WebAssembly.Memory): Views => ({
  bytes: new Uint8Array(buffer),
  place: new Uint32Array(buffer, PLACE, 1),
  columns: {
    length: BATCH,
    minute: new Int32Array(buffer, MINUTE, BATCH),
    open: new Int32Array(buffer, OPEN, BATCH),
    high: new Int32Array(buffer, HIGH, BATCH),
    low: new Int32Array(buffer, LOW, BATCH),
    close: new Int32Array(buffer, CLOSE, BATCH),
    volume: new Uint32Array(buffer, VOLUME, BATCH),
    openInterest: new Uint32Array(buffer, INTEREST, BATCH)
  }
})

// One of each: unpacking is synchronous.
let kernel: Kernel | undefined
let views: Views | undefined

/** Unpacks the runs, whole ones behind each other, into `target` from row `row` on. Answers the row behind them. */
export const unpackRuns = (packed: Uint32Array | Uint8Array, target: CandleColumns, row: number): number => {
  kernel ??= load()
  views ??= viewsOf(kernel.memory)
  const end = INPUT + packed.byteLength
  const missing = end + BEHIND - views.bytes.length
  if (missing > 0) {
    kernel.memory.grow(Math.ceil(missing / PAGE))
    views = viewsOf(kernel.memory)
  }
  const { bytes, columns: batch, place } = views
  bytes.set(new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength), INPUT)
  // The kernel goes from run to run by their lengths: none of them may stand still.
  for (let at = INPUT; at < end;) {
    // Headers lie within the input.
    const length = bytes[at + 8]! | bytes[at + 9]! << 8
    if (length === 0) throw new Error("These are no runs of candles: one has no length")
    at += length * 4
  }
  // It is there.
  for (let from = INPUT; from < end; from = place[0]!) {
    const rows = kernel.runs(from, end)
    if (place[0] === from) throw new Error("These are no runs of candles: one is longer than a day can be")
    target.minute.set(batch.minute.subarray(0, rows), row)
    target.open.set(batch.open.subarray(0, rows), row)
    target.high.set(batch.high.subarray(0, rows), row)
    target.low.set(batch.low.subarray(0, rows), row)
    target.close.set(batch.close.subarray(0, rows), row)
    target.volume.set(batch.volume.subarray(0, rows), row)
    target.openInterest.set(batch.openInterest.subarray(0, rows), row)
    row += rows
  }
  return row
}
