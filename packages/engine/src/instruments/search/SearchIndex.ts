/**
 * Text search over the instruments of a master, in memory: an inverted index in typed arrays (for each word, the instruments
 * that have it), so a question costs a few passes over integers. Every word of a question must be found, exactly, as the
 * beginning of a word, or, where neither exists, with a typing error.
 */
import type { MasterEntry } from "../master/MasterEntry.ts"
import { editDistance } from "./editDistance.ts"
import { compact, indexWords, partsOf, questionWords } from "./SearchWords.ts"

export interface SearchHit {
  readonly entry: MasterEntry
  /** Higher is better; comparable within one answer only. */
  readonly score: number
}

export interface SearchOptions {
  /** Answers at most; 20 when not given. */
  readonly limit?: number
  readonly kinds?: ReadonlyArray<MasterEntry["kind"]>
  readonly exchange?: MasterEntry["exchange"]
}

/** Factors of a word's weight. */
const EXACT = 8
const PREFIX = 3
const TYPO = 1
/** A whole contract symbol leaves no doubt. */
const WHOLE_SYMBOL = 200

/** Shorter words have too many neighbours to be guessed at. */
const SHORTEST_GUESS = 4

const order = { index: 0, equity: 1, future: 2, option: 3 } as const

/** Among equals: what is quoted most, the nearest expiry, then the name. */
const byRank = (a: MasterEntry, b: MasterEntry): number =>
  order[a.kind] - order[b.kind] || compare(a.expiry ?? "", b.expiry ?? "") ||
  // The exchange of first resort comes last in the alphabet.
  compare(b.exchange, a.exchange) || a.symbol.length - b.symbol.length || (a.strike ?? 0) - (b.strike ?? 0) ||
  compare(a.id, b.id)

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

export class SearchIndex {
  /** In rank order: of two equal hits the one with the lower number is the better. */
  readonly #entries: ReadonlyArray<MasterEntry>
  /** Sorted. */
  readonly #words: ReadonlyArray<string>
  /** Where the word's instruments begin in `#postings`; one more than there are words. */
  readonly #starts: Int32Array
  readonly #postings: Int32Array
  readonly #weights: Uint8Array
  /** Whole symbols, sorted, and the instrument of each. */
  readonly #symbols: ReadonlyArray<string>
  readonly #symbolOf: Int32Array
  readonly #byId = new Map<string, MasterEntry>()
  /** Per question, used again: sum of scores, best score of the present word, number of words matched. */
  readonly #scores: Int32Array
  readonly #best: Int32Array
  readonly #matched: Uint8Array

  constructor(unsorted: Iterable<MasterEntry>) {
    const entries = [...unsorted].sort(byRank)
    const numbers = new Map<string, number>()
    const vocabulary: Array<string> = []
    let pairs = new Int32Array(entries.length * 16)
    let pairWeights = new Uint8Array(entries.length * 16)
    let count = 0
    const owners = new Int32Array(entries.length + 1)
    entries.forEach((entry, doc) => {
      owners[doc] = count
      indexWords(entry, (word, weight) => {
        if (word === "") return
        let number = numbers.get(word)
        if (number === undefined) {
          number = vocabulary.length
          numbers.set(word, number)
          vocabulary.push(word)
        }
        if (count === pairs.length) {
          pairs = grown(pairs, new Int32Array(count * 2 + 64))
          pairWeights = grown(pairWeights, new Uint8Array(count * 2 + 64))
        }
        pairs[count] = number
        pairWeights[count++] = weight
      })
    })
    owners[entries.length] = count
    const sorted = vocabulary.map((word, number) => ({ word, number })).sort((a, b) => compare(a.word, b.word))
    const places = new Int32Array(sorted.length)
    sorted.forEach(({ number }, place) => {
      places[number] = place
    })
    // Reads of typed arrays below are within what was just counted.
    const starts = new Int32Array(sorted.length + 1)
    for (let n = 0; n < count; n++) starts[places[pairs[n]!]! + 1]!++
    for (let n = 0; n < sorted.length; n++) starts[n + 1]! += starts[n]!
    const cursor = starts.slice(0, -1)
    this.#postings = new Int32Array(count)
    this.#weights = new Uint8Array(count)
    for (let doc = 0; doc < entries.length; doc++) {
      for (let n = owners[doc]!; n < owners[doc + 1]!; n++) {
        const at = cursor[places[pairs[n]!]!]!++
        this.#postings[at] = doc
        this.#weights[at] = pairWeights[n]!
      }
    }
    const symbols = entries.map((entry, doc) => ({ symbol: compact(entry.symbol), doc }))
      .sort((a, b) => compare(a.symbol, b.symbol) || a.doc - b.doc)
    for (const entry of entries) this.#byId.set(entry.id, entry)
    this.#entries = entries
    this.#words = sorted.map(({ word }) => word)
    this.#starts = starts
    this.#symbols = symbols.map(({ symbol }) => symbol)
    this.#symbolOf = Int32Array.from(symbols, ({ doc }) => doc)
    this.#scores = new Int32Array(entries.length)
    this.#best = new Int32Array(entries.length)
    this.#matched = new Uint8Array(entries.length)
  }

  get size(): number {
    return this.#entries.length
  }

  entry(id: string): MasterEntry | undefined {
    return this.#byId.get(id)
  }

  /** Best first. An empty question has no answer. */
  search(question: string, options: SearchOptions = {}): ReadonlyArray<SearchHit> {
    const words = questionWords(question)
    if (words.length === 0) return []
    this.#scores.fill(0)
    this.#matched.fill(0)
    let needed = 0
    for (const word of words) needed = this.#word(word, needed)
    // A contract's whole symbol may be written with spaces, which the words above do not see.
    const whole = compact(question)
    if (words.length > 1 && whole.length > 4) this.#symbol(whole, needed)
    return this.#collect(needed, options)
  }

  /** Adds what the word matches; answers how many words are needed now. */
  #word(word: string, needed: number): number {
    this.#best.fill(0)
    let found = this.#exactOrPrefix(word)
    if (/\d/.test(word) && /[a-z]/.test(word)) found = this.#symbolPrefix(word) || found
    if (found) return this.#settle(needed)
    const parts = partsOf(word)
    if (parts.length > 1) return parts.reduce((sum, part) => this.#word(part, sum), needed)
    this.#typo(word)
    return this.#settle(needed)
  }

  /** The present word is done: whatever lacks it is out. */
  #settle(needed: number): number {
    const { length } = this.#entries
    for (let doc = 0; doc < length; doc++) {
      const best = this.#best[doc]!
      if (best > 0 && this.#matched[doc] === needed) {
        this.#matched[doc] = needed + 1
        this.#scores[doc]! += best
      }
    }
    return needed + 1
  }

  #exactOrPrefix(word: string): boolean {
    let place = lowerBound(this.#words, word)
    const first = place
    while (place < this.#words.length && this.#words[place]!.startsWith(word)) {
      this.#mark(place, this.#words[place] === word ? EXACT : PREFIX)
      place++
    }
    return place > first
  }

  #symbolPrefix(word: string): boolean {
    const first = lowerBound(this.#symbols, word)
    let place = first
    for (; place < this.#symbols.length && this.#symbols[place]!.startsWith(word); place++) {
      const doc = this.#symbolOf[place]!
      const score = this.#symbols[place] === word ? WHOLE_SYMBOL : PREFIX * 8
      if (score > this.#best[doc]!) this.#best[doc] = score
    }
    return place > first
  }

  #symbol(whole: string, needed: number): void {
    for (let place = lowerBound(this.#symbols, whole); this.#symbols[place] === whole; place++) {
      const doc = this.#symbolOf[place]!
      this.#matched[doc] = needed
      this.#scores[doc]! += WHOLE_SYMBOL
    }
  }

  /** Words one edit away, two for long ones; a number is never guessed. */
  #typo(word: string): void {
    if (word.length < SHORTEST_GUESS || /^[\d.-]+$/.test(word)) return
    const most = word.length >= 7 ? 2 : 1
    for (let place = 0; place < this.#words.length; place++) {
      const candidate = this.#words[place]!
      // The beginning of a longer word may be mistyped as well.
      const head = candidate.length > word.length + most ? candidate.slice(0, word.length) : candidate
      if (head.charCodeAt(0) !== word.charCodeAt(0) && head.charCodeAt(1) !== word.charCodeAt(1)) continue
      if (editDistance(word, head, most) <= most) this.#mark(place, TYPO)
    }
  }

  #mark(place: number, factor: number): void {
    const end = this.#starts[place + 1]!
    for (let n = this.#starts[place]!; n < end; n++) {
      const doc = this.#postings[n]!
      const score = this.#weights[n]! * factor
      if (score > this.#best[doc]!) this.#best[doc] = score
    }
  }

  #collect(needed: number, { exchange, kinds, limit = 20 }: SearchOptions): ReadonlyArray<SearchHit> {
    const top: Array<number> = []
    for (let doc = 0; doc < this.#entries.length; doc++) {
      if (this.#matched[doc] !== needed) continue
      const entry = this.#entries[doc]!
      if (
        (exchange !== undefined && entry.exchange !== exchange) || (kinds !== undefined && !kinds.includes(entry.kind))
      ) {
        continue
      }
      const score = this.#scores[doc]!
      if (top.length === limit && score <= this.#scores[top[limit - 1]!]!) continue
      let at = top.length
      while (at > 0 && this.#scores[top[at - 1]!]! < score) at--
      top.splice(at, 0, doc)
      if (top.length > limit) top.pop()
    }
    return top.map((doc) => ({ entry: this.#entries[doc]!, score: this.#scores[doc]! }))
  }
}

const grown = <A extends Int32Array | Uint8Array>(from: A, to: A): A => {
  to.set(from)
  return to
}

/** First place whose word is not before the given one. */
const lowerBound = (words: ReadonlyArray<string>, word: string): number => {
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (words[middle]! < word) low = middle + 1
    else high = middle
  }
  return low
}
