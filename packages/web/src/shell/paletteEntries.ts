/** Finding things by a few letters of their name. */

export interface PaletteEntry {
  readonly id: string
  readonly title: string
  readonly kind: string
  /** Further words that it is found by. */
  readonly words: string
  readonly run: () => void
}

/**
 * How well the entry fits: 0 = not at all. Every word must occur; a title that begins with the text is best, then one in
 * which a word begins with it.
 */
export const score = (entry: Pick<PaletteEntry, "title" | "words" | "kind">, text: string): number => {
  const query = text.trim().toLowerCase()
  if (query === "") return 1
  const title = entry.title.toLowerCase()
  const all = `${title} ${entry.words.toLowerCase()} ${entry.kind.toLowerCase()}`
  if (!query.split(/\s+/).every((word) => all.includes(word))) return 0
  if (title === query) return 5
  if (title.startsWith(query)) return 4
  if (title.split(/[\s:]/).some((word) => word.startsWith(query))) return 3
  return 2
}

/** The best ones first; equal ones stay in their order. */
export const best = (entries: ReadonlyArray<PaletteEntry>, text: string, limit: number): ReadonlyArray<PaletteEntry> =>
  entries
    .map((entry) => ({ entry, fit: score(entry, text) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit)
    .slice(0, limit)
    .map(({ entry }) => entry)
