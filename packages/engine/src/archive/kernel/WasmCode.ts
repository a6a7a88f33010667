/**
 * As much of an assembler for WebAssembly as the archive's kernels need: instructions are nested lists of bytes, an
 * instruction is written around its operands, and what comes out is a module with one memory of its own. V8 turns loops
 * over typed arrays into one number at a time; this is how four are had at once. Opcodes: WebAssembly core specification
 * 2.0, chapter 5.
 */
export type Code = number | ReadonlyArray<Code>

export type ValueType = "i32" | "i64" | "f64" | "v128"

const typeByte: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b }

/** LEB128 without a sign. */
const unsigned = (value: number): ReadonlyArray<number> => {
  const bytes: Array<number> = []
  for (let rest = value >>> 0;; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}

/** LEB128 with a sign, of 32 bits. */
const signed = (value: number): ReadonlyArray<number> => {
  const bytes: Array<number> = []
  for (let rest = value | 0;; rest >>= 7) {
    if (rest >= -64 && rest < 64) return [...bytes, rest & 0x7f]
    bytes.push((rest & 0x7f) | 0x80)
  }
}

const flat = (code: Code): ReadonlyArray<number> => {
  const bytes: Array<number> = []
  const walk = (part: Code): void => {
    if (typeof part === "number") bytes.push(part)
    else part.forEach(walk)
  }
  walk(code)
  return bytes
}

const counted = (items: ReadonlyArray<Code>): Code => [unsigned(items.length), items]
const sized = (code: Code): Code => {
  const bytes = flat(code)
  return [unsigned(bytes.length), bytes]
}
const section = (id: number, items: ReadonlyArray<Code>): Code => [id, sized(counted(items))]
const text = (name: string): Code => counted(Array.from(new TextEncoder().encode(name)))

/** A parameter or a variable of a function. */
export interface Local {
  readonly get: Code
  readonly set: (value: Code) => Code
}

/** A function while it is written: parameters first, then variables. */
export class WasmFunction {
  readonly #parameters: Array<ValueType> = []
  readonly #variables: Array<ValueType> = []
  readonly result: ValueType | undefined
  #body: Code = []

  constructor(result?: ValueType) {
    this.result = result
  }

  parameter(type: ValueType): Local {
    this.#parameters.push(type)
    return local(this.#parameters.length - 1)
  }

  variable(type: ValueType): Local {
    this.#variables.push(type)
    return local(this.#parameters.length + this.#variables.length - 1)
  }

  body(...code: ReadonlyArray<Code>): void {
    this.#body = code
  }

  get type(): Code {
    return [
      0x60,
      counted(this.#parameters.map((type) => typeByte[type])),
      counted(this.result === undefined ? [] : [typeByte[this.result]])
    ]
  }

  get code(): Code {
    return sized([counted(this.#variables.map((type) => [1, typeByte[type]])), this.#body, 0x0b])
  }
}

const local = (index: number): Local => ({
  get: [0x20, unsigned(index)],
  set: (value) => [value, 0x21, unsigned(index)]
})

/** The functions in the order in which `call` counts them; all are exported by their names, and so is `memory`. */
export const wasmModule = (
  functions: Readonly<Record<string, WasmFunction>>,
  pages: number
): Uint8Array<ArrayBuffer> => {
  const all = Object.values(functions)
  return Uint8Array.from(flat([
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, all.map(({ type }) => type)),
    section(3, all.map((_, i) => unsigned(i))),
    section(5, [[0x00, unsigned(pages)]]),
    section(7, [
      [text("memory"), 0x02, 0x00],
      ...Object.keys(functions).map((name, i): Code => [text(name), 0x00, unsigned(i)])
    ]),
    section(10, all.map(({ code }) => code))
  ]))
}

const binary = (...opcode: ReadonlyArray<number>) => (a: Code, b: Code): Code => [a, b, opcode]
const unary = (...opcode: ReadonlyArray<number>) => (a: Code): Code => [a, opcode]
const simd = (opcode: number): ReadonlyArray<number> => [0xfd, ...unsigned(opcode)]
/** Nothing is promised about alignment. */
const at = (offset: number): Code => [0x00, unsigned(offset)]

export const call = (index: number, ...operands: ReadonlyArray<Code>): Code => [operands, 0x10, unsigned(index)]

/** The body once, and again as long as the condition holds after it. */
export const repeatWhile = (condition: Code, ...body: ReadonlyArray<Code>): Code => [
  [0x03, 0x40],
  body,
  condition,
  [0x0d, 0x00, 0x0b]
]

export const when = (condition: Code, then: Code, otherwise: Code = []): Code => [
  condition,
  [0x04, 0x40],
  then,
  0x05,
  otherwise,
  0x0b
]

export const i32 = {
  constant: (value: number): Code => [0x41, signed(value)],
  load: (address: Code, offset = 0): Code => [address, 0x28, at(offset)],
  load8: (address: Code, offset = 0): Code => [address, 0x2d, at(offset)],
  load16: (address: Code, offset = 0): Code => [address, 0x2f, at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0x36, at(offset)],
  store8: (address: Code, value: Code): Code => [address, value, 0x3a, at(0)],
  isZero: unary(0x45),
  less: binary(0x48),
  lessUnsigned: binary(0x49),
  atMostUnsigned: binary(0x4d),
  leadingZeros: unary(0x67),
  trailingZeros: unary(0x68),
  add: binary(0x6a),
  subtract: binary(0x6b),
  multiply: binary(0x6c),
  divideUnsigned: binary(0x6e),
  restUnsigned: binary(0x70),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shiftLeft: binary(0x74),
  shiftRight: binary(0x76),
  ofI64: unary(0xa7)
} as const

export const i64 = {
  constant: (value: number): Code => [0x42, signed(value)],
  load: (address: Code, offset = 0): Code => [address, 0x29, at(offset)],
  load32: (address: Code, offset = 0): Code => [address, 0x35, at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0x37, at(offset)],
  add: binary(0x7c),
  or: binary(0x84),
  shiftLeft: binary(0x86),
  shiftRight: binary(0x88),
  ofI32Unsigned: unary(0xad)
} as const

export const f64 = {
  ofI64: unary(0xb9)
} as const

const lanes = (bytes: ReadonlyArray<number>, opcode: number) => (a: Code, b: Code): Code => [a, b, simd(opcode), bytes]

/** Four numbers of 32 bits. */
export const v128 = {
  load: (address: Code, offset = 0): Code => [address, simd(0x00), at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, simd(0x0b), at(offset)],
  zero: [simd(0x0c), Array.from({ length: 16 }, () => 0)] as Code,
  /** 0, 1, 2, 3. */
  places: [simd(0x0c), [0, 1, 2, 3].map((place): Code => [place, 0, 0, 0])] as Code,
  splat: unary(...simd(0x11)),
  lane: (index: number) => (a: Code): Code => [a, simd(0x1b), index],
  /** Byte i is the byte of `a` that byte i of `b` names. */
  pick: binary(...simd(0x0e)),
  /** The last number, four times. */
  last: (a: Local): Code => lanes([12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15], 0x0d)(a.get, a.get),
  /** The numbers of `a` one place on; the first is 0. */
  behindOne: (a: Code): Code => lanes([16, 17, 18, 19, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0x0d)(a, v128.zero),
  behindTwo: (a: Code): Code => lanes([16, 17, 18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7], 0x0d)(a, v128.zero),
  /** The numbers of `b` one place on, behind the last of `a`. */
  behind: lanes([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27], 0x0d),
  /** Of two numbers of 64 bits: each in the place of the other. */
  swapHalves: (a: Local): Code => lanes([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7], 0x0d)(a.get, a.get),
  swapPairs: (a: Local): Code => lanes([4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11], 0x0d)(a.get, a.get),
  /** All bits of a number where it is so, none where it is not. */
  isLess: binary(...simd(0x39)),
  isMoreUnsigned: binary(...simd(0x3c)),
  and: binary(...simd(0x4e)),
  or: binary(...simd(0x50)),
  xor: binary(...simd(0x51)),
  /** Whether any bit is set. */
  isAny: unary(...simd(0x53)),
  negate: unary(...simd(0xa1)),
  shiftLeft: binary(...simd(0xab)),
  /** The sign comes in from above. */
  shiftRightSigned: binary(...simd(0xac)),
  shiftRight: binary(...simd(0xad)),
  add: binary(...simd(0xae)),
  subtract: binary(...simd(0xb1)),
  multiply: binary(...simd(0xb5)),
  lesser: binary(...simd(0xb6)),
  greater: binary(...simd(0xb8)),
  // Two numbers of 64 bits.
  lowSigned: unary(...simd(0xc7)),
  highSigned: unary(...simd(0xc8)),
  lowUnsigned: unary(...simd(0xc9)),
  highUnsigned: unary(...simd(0xca)),
  add64: binary(...simd(0xce)),
  lane64: (index: number) => (a: Code): Code => [a, simd(0x1d), index]
} as const
