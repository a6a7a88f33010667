/** Candles, volume, fills, signals and levels of one instrument; the same as a text and as a table. */
import { type Candle } from "@keepgaining/core/candles/Candle.ts"
import { type Interval, intervals } from "@keepgaining/core/candles/Interval.ts"
import { createEffect, createMemo, createSignal, type JSX, on, onCleanup, onMount, Show, untrack } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { large, missing, price } from "../format/numbers.ts"
import { clock, date, time } from "../format/times.ts"
import { Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { preferences, setPreferences, theme } from "../preferences/Preferences.ts"
import { isFrozen } from "../state/frozen.ts"
import { useTerminal } from "../state/Terminal.ts"
import { type CandleChart, type ChartColours, makeCandleChart } from "./CandleChart.ts"
import { mergeCandle, placeAt } from "./candleSeries.ts"
import { levelsOf, marksOf } from "./overlays.ts"

/** Candles fetched at first. */
const fetched = 2_000

const readColours = (): ChartColours => {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  return {
    background: of("--s1"),
    text: of("--ink2"),
    line: of("--line"),
    up: of("--up"),
    down: of("--down"),
    accent: of("--accent"),
    warn: of("--warn")
  }
}

export const ChartPanel = (props: { readonly instrument: number }): JSX.Element => {
  const terminal = useTerminal()
  // Set before `onMount` runs.
  let element!: HTMLDivElement
  let chart: CandleChart | undefined
  let candles: Array<Candle> = []
  const [version, setVersion] = createSignal(0)
  const [table, setTable] = createSignal(false)
  const [pointed, setPointed] = createSignal<number>()
  const [failure, setFailure] = createSignal<string>()
  const interval = (): Interval => preferences().interval

  onMount(() => {
    chart = makeCandleChart(element, readColours(), setPointed)
    chart.setCandles(candles)
    onCleanup(() => chart?.dispose())
  })

  const show = (all: Array<Candle>): void => {
    candles = all
    chart?.setCandles(all)
    chart?.showNewest()
    setVersion((one) => one + 1)
  }
  const take = (candle: Candle): void => {
    const what = mergeCandle(candles, candle)
    if (!isFrozen()) {
      if (what === "inserted") chart?.setCandles(candles)
      else chart?.updateLast(candle)
    }
    setVersion((one) => one + 1)
  }

  // Also for every greeting of the server: what was closed while the connection was lost must be fetched.
  createEffect(on(() => [props.instrument, interval(), terminal.hello()] as const, ([instrument, interval]) => {
    let over = false
    let waiting: Array<Candle> | undefined = []
    setFailure(undefined)
    void terminal.link.ask((rpc) => rpc.Candles({ instrument, interval, limit: fetched }))
      .then((found) => {
        if (over) return
        const all = [...found]
        for (const candle of waiting ?? []) mergeCandle(all, candle)
        waiting = undefined
        show(all)
      })
      .catch((error: unknown) =>
        !over && setFailure(`No candles: ${error instanceof Error ? error.message : String(error)}`)
      )
    const stop = terminal.link.follow((rpc) => rpc.CandleUpdates({ instrument, interval }), (updates) => {
      for (const { candle } of updates) {
        if (over) return
        if (waiting === undefined) take(candle)
        else waiting.push(candle)
      }
    })
    onCleanup(() => {
      over = true
      stop()
      show([])
    })
  }))
  createEffect(on(() => [terminal.book().last, version(), props.instrument] as const, () => {
    if (!isFrozen()) chart?.setMarks(marksOf(untrack(terminal.book), props.instrument), candles)
  }))
  const levels = createMemo(
    () => levelsOf(terminal.book(), terminal.positions().values(), props.instrument),
    [],
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) }
  )
  createEffect(() => chart?.setLevels(levels()))
  createEffect(on(() => [theme(), preferences().palette], () => chart?.setColours(readColours()), { defer: true }))

  const shown = createMemo(() => {
    version()
    const at = pointed()
    return candles[at === undefined ? candles.length - 1 : placeAt(candles, at)]
  })
  const summary = createMemo(() => {
    version()
    const first = candles[0]
    const last = candles.at(-1)
    if (first === undefined || last === undefined) return "No candles yet."
    let high = first.high
    let low = first.low
    for (const candle of candles) {
      if (candle.high > high) high = candle.high
      if (candle.low < low) low = candle.low
    }
    const marks = marksOf(terminal.book(), props.instrument)
    const fills = marks.filter((mark) => mark.kind === "buy" || mark.kind === "sell").length
    return `${terminal.nameOf(props.instrument)}, ${interval()} candles: ${candles.length} from ${date(first.start)} ` +
      `${clock(first.start)} to ${date(last.start)} ${clock(last.start)}. Last ${price(last.close)}, highest ${
        price(high)
      }, ` +
      `lowest ${price(low)}. ${fills} fills and ${marks.length - fills} signals are marked.`
  })

  const rows = createMemo(() => {
    version()
    return table() ? candles.map((candle) => candle.start).reverse() : []
  })
  const of = (start: number): Candle | undefined => {
    version()
    return candles[placeAt(candles, start)]
  }
  const number = (id: string, title: string, read: (candle: Candle) => string): Column<number> => ({
    id,
    title,
    width: "minmax(80px, 1fr)",
    end: true,
    cell: (start) => {
      const text = (): string => {
        const candle = of(start)
        return candle === undefined ? missing : read(candle)
      }
      return <Num text={text()} />
    }
  })
  const columns: ReadonlyArray<Column<number>> = [
    {
      id: "start",
      title: "Start, IST",
      width: "minmax(150px, 1.4fr)",
      cell: (start) => <span class="text-ink2">{date(start)} {time(start)}</span>
    },
    number("open", "Open", (candle) => price(candle.open)),
    number("high", "High", (candle) => price(candle.high)),
    number("low", "Low", (candle) => price(candle.low)),
    number("close", "Close", (candle) => price(candle.close)),
    number("volume", "Volume", (candle) => large(candle.volume)),
    number("vwap", "VWAP", (candle) => price(candle.vwap)),
    number("ticks", "Ticks", (candle) => large(candle.ticks))
  ]

  return (
    <section class="panel h-full" aria-label="Chart" data-testid="chart">
      <div class="panel-head">
        <Choice
          label="Interval"
          testId="chart-interval"
          options={intervals.map((value) => ({ value, title: value }))}
          value={interval()}
          onChange={(value) => setPreferences({ interval: value })}
        />
        <span class="ml-2 flex flex-wrap gap-x-3 text-tape text-ink2" data-testid="chart-legend">
          <Show when={shown()}>
            {(candle) => (
              <>
                <span>{interval() === "1d" ? date(candle().start) : clock(candle().start)}</span>
                <span>
                  O <b class="num font-medium text-ink">{price(candle().open)}</b>
                </span>
                <span>
                  H <b class="num font-medium text-ink">{price(candle().high)}</b>
                </span>
                <span>
                  L <b class="num font-medium text-ink">{price(candle().low)}</b>
                </span>
                <span>
                  C <b class="num font-medium text-ink">{price(candle().close)}</b>
                </span>
                <span>
                  V <b class="num font-medium text-ink">{large(candle().volume)}</b>
                </span>
              </>
            )}
          </Show>
        </span>
        <div class="flex-1" />
        <button type="button" class="button button-small" onClick={() => chart?.showNewest()}>Newest</button>
        <button
          type="button"
          class="button button-small"
          aria-pressed={table()}
          data-testid="chart-table"
          onClick={() => setTable((on) => !on)}
        >
          Table
        </button>
      </div>
      <Show when={failure()}>{(text) => <p class="p-3 text-warn" role="status">{text()}</p>}</Show>
      <p class="sr-only" data-testid="chart-summary">{summary()}</p>
      <div
        ref={(made) => {
          element = made
        }}
        class="min-h-0 flex-1"
        classList={{ hidden: table() }}
        role="group"
        aria-label={`Drawing of ${terminal.nameOf(props.instrument)}; the same is in the table`}
        data-testid="chart-canvas"
        data-candles={version() >= 0 ? candles.length : 0}
      />
      <Show when={table()}>
        <Grid
          label={`Candles of ${terminal.nameOf(props.instrument)}`}
          testId="candles"
          rows={rows()}
          columns={columns}
          empty="No candles yet."
        />
      </Show>
    </section>
  )
}
