/** Writes protobuf; fields at their default value are left out, as proto3 does. For the simulator and the tests. */
export class ProtoWriter {
  #bytes = new Uint8Array(1_024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  /** A field whose tag says varint; whole numbers up to 2^53 either way. */
  varint(tag: number, value: number): void {
    if (value === 0) return
    this.#varint(tag)
    if (value > 0) this.#varint(value)
    else this.#negative(value)
  }

  double(tag: number, value: number): void {
    if (Object.is(value, 0)) return
    this.#varint(tag)
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  text(tag: number, value: string): void {
    const bytes = new TextEncoder().encode(value)
    this.#varint(tag)
    this.#varint(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** A message within; it is written even when it is empty, for then its presence says something. */
  message(tag: number, content: () => void): void {
    this.#varint(tag)
    const start = this.#length
    content()
    const length = this.#length - start
    // The length goes before the content and its own size is only known now.
    let size = 1
    for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) size++
    this.#reserve(size)
    this.#bytes.copyWithin(start + size, start, this.#length)
    this.#length = start
    this.#varint(length)
    this.#length = start + size + length
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#length++] = rest % 128 | 0x80
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  #negative(value: number): void {
    this.#reserve(10)
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest >= 128n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.#length++] = Number(rest)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes))
    wider.set(this.#bytes)
    this.#bytes = wider
    this.#view = new DataView(wider.buffer)
  }
}
