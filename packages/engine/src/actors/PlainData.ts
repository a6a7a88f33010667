/** Snapshots of hot actors are copies of plain data: numbers, strings, booleans, null, arrays, plain objects and typed arrays. */
export const clonePlain = <A>(value: A): A => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) {
    const copy: Array<unknown> = value.slice()
    for (let i = 0; i < copy.length; i++) if (typeof copy[i] === "object") copy[i] = clonePlain(copy[i])
    // An array's copy has the array's type; TypeScript cannot see that through the generic.
    return copy as A
  }
  // A typed array is the only view that plain data holds, and its copy has its type.
  if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array) {
    return value.slice() as A
  }
  const copy: Record<string, unknown> = {}
  for (const key in value) copy[key] = clonePlain(value[key])
  return copy as A
}
