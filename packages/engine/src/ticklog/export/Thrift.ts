/** Writes Thrift's compact protocol, as far as Parquet's metadata needs it. */

/** What a field holds; the tag is the protocol's type. */
export type ThriftValue =
  | { readonly type: 5 | 6; readonly value: number }
  | { readonly type: 8; readonly value: string }
  | { readonly type: 9; readonly items: ReadonlyArray<ThriftValue> }
  | { readonly type: 12; readonly fields: ThriftFields }

/** Values by field id, ascending. */
export type ThriftFields = ReadonlyArray<readonly [id: number, value: ThriftValue]>

export const i32 = (value: number): ThriftValue => ({ type: 5, value })
export const i64 = (value: number): ThriftValue => ({ type: 6, value })
export const text = (value: string): ThriftValue => ({ type: 8, value })
export const list = (items: ReadonlyArray<ThriftValue>): ThriftValue => ({ type: 9, items })
export const struct = (...fields: ThriftFields): ThriftValue => ({ type: 12, fields })

const varint = (out: Array<number>, value: number): void => {
  let rest = value
  while (rest >= 128) {
    out.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  out.push(rest)
}

/** Zigzag of a safe integer; doubling stays exact below 2^52. */
const signed = (out: Array<number>, value: number): void => varint(out, value >= 0 ? value * 2 : -value * 2 - 1)

const put = (out: Array<number>, value: ThriftValue): void => {
  if ("value" in value) {
    if (typeof value.value === "number") return signed(out, value.value)
    const bytes = new TextEncoder().encode(value.value)
    varint(out, bytes.length)
    out.push(...bytes)
  } else if ("items" in value) {
    const type = value.items[0]?.type ?? 12
    if (value.items.length < 15) out.push((value.items.length << 4) | type)
    else {
      out.push(0xf0 | type)
      varint(out, value.items.length)
    }
    for (const item of value.items) put(out, item)
  } else {
    let last = 0
    for (const [id, field] of value.fields) {
      out.push(((id - last) << 4) | field.type)
      put(out, field)
      last = id
    }
    out.push(0)
  }
}

/** Field ids must not be more than 15 apart. */
export const encodeThrift = (value: ThriftValue): Uint8Array => {
  const out: Array<number> = []
  put(out, value)
  return Uint8Array.from(out)
}
