/** All instruments with live cells; only rows in view have signals. */
import { type Instrument } from "@keepgaining/core/market/Instrument.ts"
import { useNavigate } from "@solidjs/router"
import { createMemo, createSignal, type JSX, onCleanup } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { largeOrMissing, price } from "../format/numbers.ts"
import { lots, title } from "../format/symbols.ts"
import { time } from "../format/times.ts"
import { Change, FlashingNumber, Num } from "../grid/Cells.tsx"
import { type Column, Grid, type Sort } from "../grid/Grid.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { matching, sortWatch, type WatchColumn } from "./sortQuotes.ts"

/** How often a table sorted by a live number is put in order again, ms. */
const resortMillis = 2_000

/** A quote older than this, in ms of event time, is marked while the feed is live. */
const staleMillis = 30_000

const kinds: ReadonlyArray<{ readonly value: Instrument["kind"] | "all"; readonly title: string }> = [
  { value: "all", title: "All" },
  { value: "equity", title: "Stocks" },
  { value: "index", title: "Indices" },
  { value: "future", title: "Futures" },
  { value: "option", title: "Options" }
]

export const MarketWatch = (
  props: { readonly columns: "few" | "trading" | "all"; readonly selected?: number | undefined }
): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const navigate = useNavigate()
  const { quotes } = terminal
  const [filter, setFilter] = createSignal("")
  const [kind, setKind] = createSignal<Instrument["kind"] | "all">("all")
  const [sort, setSort] = createSignal<Sort & { readonly column: WatchColumn }>()
  const [round, setRound] = createSignal(0)
  const timer = setInterval(
    () => sort() !== undefined && sort()?.column !== "symbol" && setRound((one) => one + 1),
    resortMillis
  )
  onCleanup(() => clearInterval(timer))

  const rows = createMemo(() => {
    round()
    const found = matching(terminal.instruments(), kind(), filter())
    const by = sort()
    return by === undefined ? found : sortWatch(found, terminal.instruments(), quotes, by.column, by.descending)
  })
  const of = (index: number): Instrument | undefined => terminal.instruments()[index]
  const id = (index: number, field: string): string => `quote-${of(index)?.symbol ?? index}-${field}`
  const seconds = createMemo(() => Math.floor(terminal.now() / 1_000) * 1_000)
  const isStale = (index: number): boolean => {
    const feed = terminal.health()?.feed
    if (feed === "stale") return true
    return feed === "live" && seconds() - quotes.watch(index, "time")() > staleMillis
  }
  const change = (index: number): JSX.Element => {
    const last = quotes.watch(index, "last")
    const before = quotes.watch(index, "previousClose")
    const open = quotes.watch(index, "open")
    return <Change fraction={last() / (before() > 0 ? before() : open()) - 1} testId={id(index, "change")} />
  }
  const live = (index: number, field: "last" | "bid" | "ask"): JSX.Element => {
    const value = quotes.watch(index, field)
    return <FlashingNumber value={value()} format={price} testId={id(index, field)} />
  }
  const still = (index: number, field: "open" | "high" | "low"): JSX.Element => {
    const value = quotes.watch(index, field)
    return <Num text={price(value())} testId={id(index, field)} />
  }
  const volume = (index: number, field: "volume" | "openInterest"): JSX.Element => {
    const value = quotes.watch(index, field)
    return <Num text={largeOrMissing(value())} testId={id(index, field)} />
  }

  const columns = createMemo((): ReadonlyArray<Column<number>> => [
    {
      id: "symbol",
      title: "Instrument",
      width: props.columns === "few" ? "minmax(150px, 1.6fr)" : "minmax(182px, 1.6fr)",
      sortable: true,
      cell: (index) => {
        const instrument = of(index)
        return (
          <a
            class="truncate-cell text-accent hover:underline"
            tabindex={-1}
            href={`/chart/${encodeURIComponent(instrument?.symbol ?? "")}`}
            title={`${instrument?.symbol ?? ""} ${lots(instrument?.lotSize ?? 1, instrument?.lotSize ?? 1)}`}
          >
            {instrument === undefined ? "–" : title(instrument)}
          </a>
        )
      }
    },
    {
      id: "last",
      title: "Last",
      width: "minmax(80px, 1fr)",
      end: true,
      sortable: true,
      cell: (index) => live(index, "last")
    },
    {
      id: "change",
      title: "Change",
      width: props.columns === "few" ? "80px" : "88px",
      end: true,
      sortable: true,
      cell: change
    },
    ...(props.columns === "few" ? [] : [
      { id: "bid", title: "Bid", width: "minmax(84px, 1fr)", end: true, cell: (index: number) => live(index, "bid") },
      { id: "ask", title: "Ask", width: "minmax(84px, 1fr)", end: true, cell: (index: number) => live(index, "ask") }
    ]),
    {
      id: "volume",
      title: "Volume",
      width: "84px",
      end: true,
      sortable: true,
      cell: (index) => volume(index, "volume")
    },
    ...(props.columns === "few" ? [] : [
      { id: "oi", title: "OI", width: "84px", end: true, cell: (index: number) => volume(index, "openInterest") },
      ...(props.columns === "trading" ? [] : [
        { id: "open", title: "Open", width: "88px", end: true, cell: (index: number) => still(index, "open") },
        { id: "high", title: "High", width: "88px", end: true, cell: (index: number) => still(index, "high") },
        { id: "low", title: "Low", width: "88px", end: true, cell: (index: number) => still(index, "low") }
      ]),
      {
        id: "time",
        title: "Time, IST",
        width: "76px",
        end: true,
        cell: (index: number) => {
          const at = quotes.watch(index, "time")
          return <span class="text-ink2" classList={{ "text-warn": isStale(index) }}>{time(at())}</span>
        }
      }
    ])
  ])

  return (
    <section class="panel h-full" aria-label="Market watch">
      <div class="panel-head">
        <h2>Market watch</h2>
        <span class="chip">{rows().length}</span>
        <Choice label="Kind" options={kinds} value={kind()} onChange={setKind} />
        <div class="flex-1" />
        <input
          class="field max-w-48"
          type="search"
          placeholder="Filter  /"
          aria-label="Filter instruments"
          data-filter
          data-testid="watch-filter"
          value={filter()}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </div>
      <Grid
        label="Market watch"
        testId="watch"
        rows={rows()}
        columns={columns()}
        rowTestId={(index) => `quote-${of(index)?.symbol ?? index}`}
        selected={props.selected}
        isStale={isStale}
        sort={sort()}
        onSort={(column) =>
          setSort((before) =>
            before?.column !== column
              // The sortable columns above are the ones of this type.
              ? { column: column as WatchColumn, descending: column !== "symbol" }
              : before.descending === (column !== "symbol")
              ? { ...before, descending: !before.descending }
              : undefined
          )}
        empty={terminal.instruments().length === 0 ? "No instruments yet." : "Nothing has such a name."}
        onFocusRow={(index) => sheets.focusInstrument(index)}
        onOpen={(index) => navigate(`/chart/${encodeURIComponent(of(index)?.symbol ?? "")}`)}
      />
    </section>
  )
}
