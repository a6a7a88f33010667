/**
 * Decides when enough was asked. A day with all the candles that the calendar allows is settled at once. Any other is asked
 * for again, in the narrowest range that holds what is open: with the same answer the server confirms that nothing traded in
 * the minutes that lack. An answer may have been cut at either end, for servers limit rows: one that is shorter than another of the same
 * server was not, of any other the first and the last day prove nothing unless they were asked for alone. A day beside one
 * without candles is never confirmed, and a day without candles only by answers to a range in which there are none. Pure.
 */
import type { AnswerForm } from "./AnswerForm.ts"

/** Equal answers that confirm a day with fewer candles than it could have. */
const SHORT_CONFIRMED = 2
/** Equal answers that confirm a day without candles. */
const EMPTY_CONFIRMED = 3
/** Answers that settled nothing before the download of these days is given up for now. */
const STALLED_MOST = 12

/** What a server's answers have shown of it. */
export interface AnswerSizes {
  /** Rows of its longest answer so far: it can give as many. */
  longest: number
}

/** Part of the possible candles that an instrument which trades all the time has on the days when it traded. */
const LIQUID = 0.8

interface Seen<A> {
  readonly candles: A
  readonly times: number
}

/** `A`: an answer, or the part of it that is one day's. */
export interface DaysState<A> {
  readonly form: AnswerForm<A>
  readonly days: ReadonlyArray<string>
  /** Candles that a day can have; `undefined` when its hours are not known. */
  readonly expected: (date: string) => number | undefined
  readonly sizes: AnswerSizes
  /** What is to be asked, each a run of days. */
  readonly groups: Array<ReadonlyArray<string>>
  readonly seen: Map<string, Seen<A>>
  readonly settled: Map<string, A>
  stalled: number
}

/** `sizes` is shared by all that is asked of a server. */
export const beginDays = <A>(
  form: AnswerForm<A>,
  days: ReadonlyArray<string>,
  expected: (date: string) => number | undefined,
  sizes: AnswerSizes
): DaysState<A> => ({
  form,
  days,
  expected,
  sizes,
  groups: days.length === 0 ? [] : [days],
  seen: new Map(),
  settled: new Map(),
  stalled: 0
})

/** The days to ask for next; `undefined` when all are settled, or it is no use to go on. */
export const nextGroup = <A>(state: DaysState<A>): ReadonlyArray<string> | undefined =>
  state.stalled >= STALLED_MOST ? undefined : state.groups.at(-1)

/** Runs of days that follow each other among those wanted. */
const runsOf = (all: ReadonlyArray<string>, open: ReadonlySet<string>): Array<ReadonlyArray<string>> => {
  const runs: Array<Array<string>> = []
  let before = false
  for (const date of all) {
    const is = open.has(date)
    if (is && before) runs.at(-1)?.push(date)
    else if (is) runs.push([date])
    before = is
  }
  return runs
}

/** Takes a checked answer to what {@link nextGroup} said; it had so many rows before it was checked. */
export const takeAnswer = <A>(state: DaysState<A>, answer: A, rows: number): void => {
  const { form } = state
  const group = state.groups.pop()
  if (group === undefined) return
  const parts = group.map((date) => form.ofDay(answer, date))
  const lengths = parts.map(form.length)
  const whole = rows < state.sizes.longest || group.length === 1
  state.sizes.longest = Math.max(state.sizes.longest, rows)
  const first = lengths.findIndex((length) => length > 0)
  const last = lengths.findLastIndex((length) => length > 0)
  const open = new Set<string>()
  let stuck = true
  group.forEach((date, i) => {
    // One part and one length a day of the group.
    const candles = parts[i]!
    const length = lengths[i]!
    const expected = state.expected(date)
    const before = state.seen.get(date)
    const times = before !== undefined && form.same(before.candles, candles) ? before.times + 1 : 1
    const complete = expected !== undefined && length >= expected
    const besideEmpty = lengths[i - 1] === 0 || lengths[i + 1] === 0
    const confirmed = length > 0
      ? times >= SHORT_CONFIRMED && !besideEmpty && (whole || (first < i && i < last))
      : times >= EMPTY_CONFIRMED && form.length(answer) === 0
    if (complete || confirmed) {
      state.settled.set(date, candles)
      return
    }
    state.seen.set(date, { candles, times })
    open.add(date)
    if (times < SHORT_CONFIRMED) stuck = false
  })
  state.stalled = open.size < group.length ? 0 : state.stalled + 1
  for (const run of runsOf(group, open).toReversed()) {
    // The same again brings nothing new: less at a time may.
    const half = stuck && form.length(answer) > 0 ? Math.ceil(run.length / 2) : run.length
    if (half < run.length) state.groups.push(run.slice(half))
    state.groups.push(run.slice(0, half))
  }
}

export interface Settlement<A> {
  /** Of all settled days, ascending. */
  readonly candles: A
  /** Days on which the answers kept differing. */
  readonly unsettled: ReadonlyArray<string>
  /** Days without candles, as the server confirmed. */
  readonly empty: ReadonlyArray<string>
  /** Whether the instrument trades nearly every minute of the days on which it trades; `undefined` when there are none. */
  readonly liquid: boolean | undefined
}

export const settlementOf = <A>({ days, expected, form, settled }: DaysState<A>): Settlement<A> => {
  let possible = 0
  let traded = 0
  const empty: Array<string> = []
  const parts: Array<A> = []
  for (const date of days) {
    const part = settled.get(date)
    if (part === undefined) continue
    parts.push(part)
    const length = form.length(part)
    if (length === 0) {
      // Nothing lacks on a day that has nothing to have.
      if (expected(date) !== 0) empty.push(date)
      continue
    }
    possible += expected(date) ?? length
    traded += length
  }
  return {
    candles: form.joined(parts),
    unsettled: days.filter((date) => !settled.has(date)),
    empty,
    liquid: possible === 0 ? undefined : traded >= possible * LIQUID
  }
}
