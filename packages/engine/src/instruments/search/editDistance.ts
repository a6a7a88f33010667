/**
 * Edits (insertion, deletion, replacement, swap of neighbours) between two words, or more than `most` as soon as that is
 * certain. Optimal string alignment; memory: three rows of the table.
 */
export const editDistance = (a: string, b: string, most: number): number => {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let beforeLast = new Int32Array(b.length + 1)
  let last = Int32Array.from({ length: b.length + 1 }, (_, n) => n)
  let row = new Int32Array(b.length + 1)
  // All reads are inside the rows.
  for (let i = 1; i <= a.length; i++) {
    row[0] = i
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row[j] = cost
      if (cost < least) least = cost
    }
    if (least > most) return most + 1
    const spare = beforeLast
    beforeLast = last
    last = row
    row = spare
  }
  return last[b.length]!
}
