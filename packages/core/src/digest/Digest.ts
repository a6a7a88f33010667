/**
 * A running 64-bit fingerprint over numbers and strings, used to show that two runs decided the same. Two 32-bit lanes,
 * each mixed as in MurmurHash3 (public domain, A. Appleby); not a cryptographic hash: tampering is the journal's matter,
 * which chains SHA-256.
 */
const scratch = new DataView(new ArrayBuffer(8))

export class Digest {
  /** The whole state: two signed 32-bit integers. */
  low: number
  high: number

  constructor(low = 0x9e3779b9 | 0, high = 0x7f4a7c15) {
    this.low = low
    this.high = high
  }

  /** Folds one 32-bit integer. */
  int(value: number): void {
    let k = Math.imul(value | 0, 0xcc9e2d51)
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
    const low = this.low ^ k
    this.low = (Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64) | 0
    const high = this.high ^ Math.imul(k, 0x38b34ae5) ^ this.low
    this.high = (Math.imul((high << 15) | (high >>> 17), 5) + 0x561ccd1b) | 0
  }

  /** Folds a double by its bits, so that 0.1 + 0.2 and 0.3 differ. */
  number(value: number): void {
    scratch.setFloat64(0, value)
    this.int(scratch.getInt32(0))
    this.int(scratch.getInt32(4))
  }

  text(value: string): void {
    this.int(value.length)
    for (let i = 0; i < value.length; i++) this.int(value.charCodeAt(i))
  }

  /** 16 hexadecimal digits. */
  hex(): string {
    return (this.high >>> 0).toString(16).padStart(8, "0") + (this.low >>> 0).toString(16).padStart(8, "0")
  }
}
