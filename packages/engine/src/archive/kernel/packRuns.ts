/**
 * Packs candles into runs, one for each Indian day (`../CandleRun.ts` has the layout), four numbers at a time. A price is
 * divided by a divisor that divides it without a rest, which is a multiplication by its inverse modulo 2^32; what is left
 * over otherwise shows in the product being too large.
 */
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { call, type Code, i32, i64, type Local, repeatWhile, v128, WasmFunction, wasmModule, when } from "./WasmCode.ts"

const FRAME = 64
const HEADER_BYTES = 24
const COLUMN_COUNT = 7

// The memory: how many rows were taken, seven columns, a frame of what they become, the runs.
const PLACE = 0
const COLUMNS = 64
/** Rows of a batch. More than a day has, so that at least one run comes out of it. */
const BATCH = 4_096
/** Rows are read by four, so there is read a little behind the last. */
const STRIDE = (BATCH + 4) * 4
const VALUES = COLUMNS + COLUMN_COUNT * STRIDE
const VALUE_BYTES = FRAME * 4
const OUTPUT = VALUES + COLUMN_COUNT * VALUE_BYTES
/** A day of one row: its header, two words of widths, a word for each column. */
const ROW_MOST = HEADER_BYTES + 8 + COLUMN_COUNT * 4
/** There is written a little behind the last word. */
const BEHIND = 16

const PAGE = 65_536

const columnAt = (index: number): number => COLUMNS + index * STRIDE
const MINUTE = columnAt(0)
const OPEN = columnAt(1)
const CLOSE = columnAt(2)
const HIGH = columnAt(3)
const LOW = columnAt(4)
const VOLUME = columnAt(5)
const INTEREST = columnAt(6)

const prices = [OPEN, HIGH, LOW, CLOSE]

/** (a, b): their greatest common divisor; that of a number and 0 is the number. */
const gcd = (): WasmFunction => {
  const made = new WasmFunction("i32")
  const a = made.parameter("i32")
  const b = made.parameter("i32")
  const rest = made.variable("i32")
  made.body(
    when(
      b.get,
      repeatWhile(b.get, rest.set(i32.restUnsigned(a.get, b.get)), a.set(b.get), b.set(rest.get))
    ),
    a.get
  )
  return made
}

/** (from, size, bits, to): packs values of so many bits, which zeros follow up to a multiple of four. Answers the end. */
const pack = (): WasmFunction => {
  const made = new WasmFunction("i32")
  const from = made.parameter("i32")
  const size = made.parameter("i32")
  const bits = made.parameter("i32")
  const to = made.parameter("i32")
  const stop = made.variable("i32")
  const next = made.variable("i32")
  const filled = made.variable("i32")
  const word = made.variable("i64")
  const second = made.variable("i64")
  const whole = made.variable("i32")
  /** At most 32 bits, to the fewer than 32 that wait. A whole word goes on to the next without a branch. */
  const append = (value: Code, width: Code): Code => [
    word.set(i64.or(word.get, i64.shiftLeft(value, i64.ofI32Unsigned(filled.get)))),
    i64.store(to.get, word.get),
    filled.set(i32.add(filled.get, width)),
    whole.set(i32.and(filled.get, i32.constant(32))),
    word.set(i64.shiftRight(word.get, i64.ofI32Unsigned(whole.get))),
    to.set(i32.add(to.get, i32.shiftRight(whole.get, i32.constant(3)))),
    filled.set(i32.and(filled.get, i32.constant(31)))
  ]
  const single = repeatWhile(
    i32.lessUnsigned(from.get, stop.get),
    append(i64.load32(from.get), bits.get),
    from.set(i32.add(from.get, i32.constant(4)))
  )
  const pair = (offset: number): Code =>
    i64.or(i64.load32(from.get, offset), i64.shiftLeft(i64.load32(from.get, offset + 4), second.get))
  const two = i32.shiftLeft(bits.get, i32.constant(1))
  const pairs = repeatWhile(
    i32.lessUnsigned(from.get, stop.get),
    append(pair(0), two),
    append(pair(8), two),
    from.set(i32.add(from.get, i32.constant(16)))
  )
  made.body(
    next.set(i32.add(
      to.get,
      i32.shiftLeft(
        i32.shiftRight(i32.add(i32.multiply(size.get, bits.get), i32.constant(31)), i32.constant(5)),
        i32.constant(2)
      )
    )),
    stop.set(i32.add(from.get, i32.shiftLeft(size.get, i32.constant(2)))),
    second.set(i64.ofI32Unsigned(bits.get)),
    when(bits.get, when(i32.atMostUnsigned(bits.get, i32.constant(16)), pairs, single)),
    next.get
  )
  return made
}

/**
 * (rows, last, instrument): packs the rows into runs behind each other; the run of the last day only when nothing follows the
 * rows. Answers where the runs end; `PLACE` holds how many rows are in them.
 */
const runs = (gcdOf: number, packValues: number): WasmFunction => {
  const made = new WasmFunction("i32")
  const rows = made.parameter("i32")
  const last = made.parameter("i32")
  const instrument = made.parameter("i32")
  // Of all rows.
  const at = made.variable("i32")
  const end = made.variable("i32")
  const more = made.variable("i32")
  const out = made.variable("i32")
  // Of a run.
  const day = made.variable("i32")
  const dayEnd = made.variable("i32")
  const stop = made.variable("i32")
  const size = made.variable("i32")
  const group = made.variable("i32")
  const row = made.variable("i32")
  const rowStop = made.variable("i32")
  const mask = made.variable("v128")
  const union = made.variable("v128")
  const divisor = made.variable("i32")
  const twos = made.variable("i32")
  const others = made.variable("i32")
  const odd = made.variable("i32")
  const inverse = made.variable("i32")
  const factor = made.variable("v128")
  const most = made.variable("v128")
  const product = made.variable("v128")
  // Of a frame.
  const widths = made.variable("i32")
  const values = made.variable("i32")
  const left = made.variable("i32")
  const length = made.variable("i32")
  const frameStop = made.variable("i32")
  const to = made.variable("i32")
  const bits = made.variable("i32")
  const unions = Array.from({ length: COLUMN_COUNT }, () => made.variable("v128"))
  // Of four candles.
  const lastMinute = made.variable("v128")
  const lastClose = made.variable("v128")
  const lastInterest = made.variable("v128")
  const now = made.variable("v128")
  const open = made.variable("v128")
  const close = made.variable("v128")

  const bytes = (count: Code): Code => i32.shiftLeft(count, i32.constant(2))
  const next = (pointer: Local, by: number): Code => pointer.set(i32.add(pointer.get, i32.constant(by)))
  /** Which of the four from `group` on belong to the run. */
  const masked = mask.set(
    v128.isLess(
      v128.places,
      v128.splat(i32.shiftRight(i32.subtract(stop.get, group.get), i32.constant(2)))
    )
  )
  const merged = (four: Local): Code =>
    [0, 1, 2, 3].map((lane) => v128.lane(lane)(four.get)).reduce((a, b) => i32.or(a, b))
  const price = (column: number): Code => v128.load(group.get, column)
  /** Divided, when the divisor leaves no rest; otherwise a number that is larger than a quotient can be. */
  const quotient = (four: Code): Code => [
    product.set(v128.multiply(four, factor.get)),
    v128.or(v128.shiftRight(product.get, twos.get), v128.shiftLeft(product.get, others.get))
  ]
  /** Newton: each step doubles the bits that are right, of which there are five to begin with. */
  const refined = inverse.set(
    i32.multiply(inverse.get, i32.subtract(i32.constant(2), i32.multiply(odd.get, inverse.get)))
  )
  const withDivisor: Code = [
    twos.set(i32.trailingZeros(divisor.get)),
    others.set(i32.subtract(i32.constant(32), twos.get)),
    odd.set(i32.shiftRight(divisor.get, twos.get)),
    inverse.set(i32.xor(i32.multiply(odd.get, i32.constant(3)), i32.constant(2))),
    refined,
    refined,
    refined,
    factor.set(v128.splat(inverse.get)),
    most.set(v128.splat(i32.divideUnsigned(i32.constant(-1), divisor.get)))
  ]
  const isLeft = prices.map((column) => v128.isMoreUnsigned(quotient(price(column)), most.get))
    .reduce((a, b) => v128.or(a, b))
  const common = (a: Code, b: Code): Code => call(gcdOf, a, b)
  const lowered: Code = [
    row.set(group.get),
    rowStop.set(i32.add(group.get, i32.constant(16))),
    when(i32.lessUnsigned(stop.get, rowStop.get), rowStop.set(stop.get)),
    repeatWhile(
      i32.lessUnsigned(row.get, rowStop.get),
      divisor.set(prices.map((column) => i32.load(row.get, column)).reduce(common, divisor.get)),
      next(row, 4)
    ),
    when(divisor.get, withDivisor)
  ]
  const divide: Code = [
    union.set(v128.zero),
    group.set(at.get),
    repeatWhile(
      i32.lessUnsigned(group.get, stop.get),
      masked,
      union.set(v128.or(
        union.get,
        v128.and(mask.get, prices.map(price).reduce((a, b) => v128.or(a, b)))
      )),
      next(group, 16)
    ),
    divisor.set(i32.constant(0)),
    // Below zero is no division, and of zeros there is none.
    when(
      i32.less(i32.constant(0), merged(union)),
      [
        group.set(at.get),
        repeatWhile(
          i32.lessUnsigned(group.get, stop.get),
          masked,
          when(
            divisor.get,
            when(v128.isAny(v128.and(mask.get, isLeft)), lowered),
            lowered
          ),
          next(group, 16)
        )
      ],
      [divisor.set(i32.constant(1)), withDivisor]
    )
  ]

  const zigzag = (four: Code): Code => [
    now.set(four),
    v128.xor(
      v128.shiftLeft(now.get, i32.constant(1)),
      v128.shiftRightSigned(now.get, i32.constant(31))
    )
  ]
  const value = (column: number, four: Code): Code => {
    // One of each column.
    const ofColumn = unions[column]!
    return [
      now.set(v128.and(mask.get, four)),
      v128.store(to.get, now.get, VALUES + column * VALUE_BYTES),
      ofColumn.set(v128.or(ofColumn.get, now.get))
    ]
  }
  const candles = repeatWhile(
    i32.lessUnsigned(group.get, frameStop.get),
    masked,
    now.set(v128.load(group.get, MINUTE)),
    product.set(v128.behind(lastMinute.get, now.get)),
    lastMinute.set(now.get),
    value(0, v128.subtract(v128.subtract(now.get, product.get), v128.splat(i32.constant(1)))),
    open.set(quotient(price(OPEN))),
    close.set(quotient(price(CLOSE))),
    value(1, zigzag(v128.subtract(open.get, v128.behind(lastClose.get, close.get)))),
    lastClose.set(close.get),
    value(2, zigzag(v128.subtract(close.get, open.get))),
    value(3, v128.subtract(quotient(price(HIGH)), v128.greater(open.get, close.get))),
    now.set(quotient(price(LOW))),
    value(4, v128.subtract(v128.lesser(open.get, close.get), now.get)),
    value(5, v128.load(group.get, VOLUME)),
    now.set(v128.load(group.get, INTEREST)),
    product.set(v128.behind(lastInterest.get, now.get)),
    lastInterest.set(now.get),
    value(6, zigzag(v128.subtract(now.get, product.get))),
    next(group, 16),
    next(to, 16)
  )
  const frames = repeatWhile(
    left.get,
    length.set(left.get),
    when(i32.lessUnsigned(i32.constant(FRAME), left.get), length.set(i32.constant(FRAME))),
    frameStop.set(i32.add(group.get, bytes(length.get))),
    to.set(i32.constant(0)),
    unions.map((each) => each.set(v128.zero)),
    candles,
    unions.map((each, column): Code => [
      bits.set(i32.subtract(i32.constant(32), i32.leadingZeros(merged(each)))),
      i32.store8(widths.get, bits.get),
      next(widths, 1),
      values.set(call(packValues, i32.constant(VALUES + column * VALUE_BYTES), length.get, bits.get, values.get))
    ]),
    left.set(i32.subtract(left.get, length.get))
  )
  const firstMinute = i32.load(at.get, MINUTE)
  const run: Code = [
    size.set(i32.shiftRight(i32.subtract(stop.get, at.get), i32.constant(2))),
    divide,
    widths.set(i32.add(out.get, i32.constant(HEADER_BYTES))),
    values.set(i32.add(
      widths.get,
      i32.and(
        i32.add(
          i32.multiply(
            i32.shiftRight(i32.add(size.get, i32.constant(FRAME - 1)), i32.constant(6)),
            i32.constant(COLUMN_COUNT)
          ),
          i32.constant(3)
        ),
        i32.constant(-4)
      )
    )),
    // The last word of the widths may have room.
    i32.store(i32.subtract(values.get, i32.constant(4)), i32.constant(0)),
    i32.store(out.get, instrument.get),
    i32.store(out.get, i32.or(i32.shiftLeft(day.get, i32.constant(16)), size.get), 4),
    i32.store(out.get, divisor.get, 12),
    group.set(at.get),
    open.set(quotient(price(OPEN))),
    i32.store(out.get, v128.lane(0)(open.get), 16),
    i32.store(out.get, i32.load(at.get, INTEREST), 20),
    lastMinute.set(v128.splat(i32.subtract(firstMinute, i32.constant(1)))),
    lastClose.set(v128.splat(v128.lane(0)(open.get))),
    lastInterest.set(v128.splat(i32.load(at.get, INTEREST))),
    left.set(size.get),
    frames,
    // Minutes count from the day's beginning; the run's words are known now.
    i32.store(
      out.get,
      i32.or(
        i32.shiftLeft(
          i32.subtract(firstMinute, i32.subtract(dayEnd.get, i32.constant(1_440))),
          i32.constant(16)
        ),
        i32.shiftRight(i32.subtract(values.get, out.get), i32.constant(2))
      ),
      8
    ),
    out.set(values.get),
    at.set(stop.get),
    more.set(i32.lessUnsigned(at.get, end.get))
  ]
  made.body(
    end.set(bytes(rows.get)),
    out.set(i32.constant(OUTPUT)),
    repeatWhile(
      more.get,
      // Days begin 330 minutes before UTC's.
      day.set(i32.divideUnsigned(i32.add(firstMinute, i32.constant(330)), i32.constant(1_440))),
      dayEnd.set(i32.add(i32.multiply(day.get, i32.constant(1_440)), i32.constant(1_440 - 330))),
      stop.set(at.get),
      repeatWhile(
        i32.and(i32.lessUnsigned(stop.get, end.get), i32.less(i32.load(stop.get, MINUTE), dayEnd.get)),
        next(stop, 4)
      ),
      when(i32.or(last.get, i32.lessUnsigned(stop.get, end.get)), run, more.set(i32.constant(0)))
    ),
    i32.store(i32.constant(PLACE), i32.shiftRight(at.get, i32.constant(2))),
    out.get
  )
  return made
}

interface Kernel {
  readonly memory: WebAssembly.Memory
  readonly runs: (rows: number, last: number, instrument: number) => number
}

interface Packer {
  readonly kernel: Kernel
  readonly place: Uint32Array
  readonly columns: CandleColumns
  readonly output: Uint32Array
}

const load = (): Packer => {
  const size = OUTPUT + BATCH * ROW_MOST + BEHIND
  const functions = { gcd: gcd(), pack: pack(), runs: runs(0, 1) }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasmModule(functions, Math.ceil(size / PAGE))))
  // What the module above exports.
  const kernel = instance.exports as unknown as Kernel
  const { buffer } = kernel.memory
  return {
    kernel,
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
    },
    output: new Uint32Array(buffer, OUTPUT)
  }
}

// One: packing is synchronous.
let packer: Packer | undefined

/** Packs the candles, ascending, each minute once; `take` is given the runs, some at a time, and must copy them. */
export const packRuns = (instrument: number, candles: CandleColumns, take: (runs: Uint32Array) => void): void => {
  packer ??= load()
  const { columns, kernel, output, place } = packer
  for (let start = 0; start < candles.length;) {
    const stop = Math.min(start + BATCH, candles.length)
    columns.minute.set(candles.minute.subarray(start, stop))
    columns.open.set(candles.open.subarray(start, stop))
    columns.high.set(candles.high.subarray(start, stop))
    columns.low.set(candles.low.subarray(start, stop))
    columns.close.set(candles.close.subarray(start, stop))
    columns.volume.set(candles.volume.subarray(start, stop))
    columns.openInterest.set(candles.openInterest.subarray(start, stop))
    const end = kernel.runs(stop - start, stop === candles.length ? 1 : 0, instrument)
    // It is there.
    const rows = place[0]!
    if (rows === 0) throw new Error("These are no candles of minutes: a day has too many")
    take(output.subarray(0, (end - OUTPUT) / 4))
    start += rows
  }
}
