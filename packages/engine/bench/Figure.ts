/** One line of the benchmark's table. */
export interface Figure {
  readonly what: string
  readonly measured: string
  /** Against what, in the same run. */
  readonly yardstick: string
  readonly ratio: string
  readonly goal: string
  readonly met: boolean | undefined
}

const grouped = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 0 })

export const perSecond = (count: number, millis: number): number => count * 1_000 / millis
export const rate = (value: number, unit: string): string => `${grouped.format(value)} ${unit}/s`
export const millis = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`
export const ratio = (value: number): string => value.toFixed(2)

/** Runs `work` several times and answers the fastest, ms: what the machine's other users cost is not ours to count. */
export const fastest = (times: number, work: () => void): number => {
  let best = Infinity
  for (let i = 0; i < times; i++) {
    const started = performance.now()
    work()
    best = Math.min(best, performance.now() - started)
  }
  return best
}
