/** The words under which an instrument is found, and those of a question. */
import type { MasterEntry } from "../master/MasterEntry.ts"

/** How much a match counts by what it matched. */
export const weights = { symbol: 8, name: 4, term: 3, code: 2 } as const

const synonyms: Readonly<Record<string, string>> = {
  call: "ce",
  calls: "ce",
  put: "pe",
  puts: "pe",
  future: "fut",
  futures: "fut"
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

/** Words are runs of letters and digits, with the `&` of `M&M`; 25000.50 and 2026-12-01 are one word each. */
const WORD = /\d+\.\d+|\d{4}-\d{2}-\d{2}|[\p{L}\p{N}&]+/gu

export const wordsOf = (text: string): ReadonlyArray<string> => text.toLowerCase().match(WORD) ?? []

/** `25,000` is one number; nothing else in a question means anything by a comma. */
export const questionWords = (text: string): ReadonlyArray<string> =>
  wordsOf(text.slice(0, 200).replaceAll(/(\d),(?=\d)/g, "$1")).map((word) => synonyms[word] ?? word).slice(0, 12)

/** `nifty25000ce` as `nifty`, `25000`, `ce`. */
export const partsOf = (word: string): ReadonlyArray<string> =>
  (word.match(/\d+(?:\.\d+)?|[^\d.]+/g) ?? []).map((part) => synonyms[part] ?? part)

export const compact = (symbol: string): string =>
  symbol.toLowerCase().replace(/^(?:nse|bse):/, "").replaceAll(/[^a-z0-9&]/g, "")

/** Calls `each` for every word of the instrument, once or more often. */
export const indexWords = (entry: MasterEntry, each: (word: string, weight: number) => void): void => {
  each(entry.exchange.toLowerCase(), weights.code)
  if (entry.expiry === null) {
    const ticker = entry.id.slice(entry.id.indexOf("|") + 1)
    for (const word of wordsOf(ticker)) each(word, weights.symbol)
    each(compact(ticker), weights.symbol)
    for (const word of wordsOf(entry.name)) each(word, weights.name)
    if (entry.isin !== null) each(entry.isin.toLowerCase(), weights.code)
    if (entry.kind === "index") each("index", weights.term)
    else each("eq", weights.code)
    return
  }
  for (const word of wordsOf(entry.underlying ?? "")) each(word, weights.symbol)
  each(compact(entry.underlying ?? ""), weights.symbol)
  if (entry.right === null) each("fut", weights.term)
  else {
    each(entry.right.toLowerCase(), weights.term)
    each(strikeWord(entry.strike ?? 0), weights.term)
  }
  const [year = "", month = "", day = ""] = entry.expiry.split("-")
  const name = months[Number(month) - 1] ?? ""
  each(entry.expiry, weights.term)
  each(year, weights.code)
  each(name, weights.term)
  each(`${Number(day)}${name}`, weights.term)
  each(`${day}${name}`, weights.term)
  each(`${day}${name}${year.slice(2)}`, weights.term)
  each(`${name}${year.slice(2)}`, weights.term)
  each(String(Number(day)), weights.code)
  each(day, weights.code)
}

/** A strike of whole rupees without its paise. */
const strikeWord = (paise: number): string => paise % 100 === 0 ? String(paise / 100) : (paise / 100).toFixed(2)
