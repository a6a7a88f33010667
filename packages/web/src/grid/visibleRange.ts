/** Rows that are kept above and below the visible ones, so that scrolling shows no gap. */
export const overscan = 4

export interface Range {
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/** The rows of a list of equally high rows that must exist for a scroll position. Lengths in px. */
export const visibleRange = (scrollTop: number, height: number, rowHeight: number, count: number): Range => {
  if (count === 0 || rowHeight <= 0) return { start: 0, end: 0 }
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight)
  const last = Math.ceil((Math.max(0, scrollTop) + Math.max(0, height)) / rowHeight)
  const end = Math.min(count, last + overscan)
  return { start: Math.max(0, Math.min(first - overscan, end)), end }
}

/** The scroll position at which the row is wholly visible, changed as little as possible. */
export const scrollToShow = (row: number, scrollTop: number, height: number, rowHeight: number): number => {
  const top = row * rowHeight
  if (top < scrollTop) return top
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height
  return scrollTop
}
