import { liveBook, manualBook } from "@keepgaining/core/orders/Order.ts"
import { type PositionView } from "@keepgaining/rpc/contract/Trading.ts"
import { useNavigate } from "@solidjs/router"
import { createMemo, createSignal, type JSX, Show } from "solid-js"
import { price, quantity } from "../format/numbers.ts"
import { age } from "../format/times.ts"
import { FlashingNumber, Money, Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { VenueChip } from "../orders/VenueChip.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { positionKey, useTerminal } from "../state/Terminal.ts"
import { netByVenue, netPaise, venueOfBook } from "./profit.ts"

/** A price older than this, in ms of event time, makes what depends on it doubtful. */
const staleMillis = 30_000

export const PositionsGrid = (props: { readonly book?: string; readonly compact?: boolean }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const navigate = useNavigate()
  const [withFlat, setWithFlat] = createSignal(false)
  const mine = createMemo(() =>
    (terminal.portfolio()?.positions ?? []).filter((one) => props.book === undefined || one.book === props.book)
  )
  const rows = createMemo(() => mine().filter((one) => withFlat() || one.quantity !== 0).map(positionKey), [], {
    equals: (a, b) => a.length === b.length && a.every((key, place) => key === b[place])
  })
  const openKeys = createMemo(() => mine().filter((one) => one.quantity !== 0).map(positionKey))
  const of = (key: string): PositionView | undefined => terminal.positions().get(key)
  const stale = (key: string): boolean => {
    const position = of(key)
    return position !== undefined && position.quantity !== 0 &&
      (terminal.health()?.feed === "stale" || (terminal.health()?.feed === "live" && position.priceAge > staleMillis))
  }
  /** Event time stands still when the feed is mute; the wall clock does not. */
  const priceAge = (key: string): number =>
    Math.max(of(key)?.priceAge ?? Number.NaN, terminal.health()?.feed === "stale" ? terminal.health()?.feedAge ?? 0 : 0)
  const lotSize = (key: string): number => terminal.instruments()[of(key)?.instrument ?? -1]?.lotSize ?? 1
  const sum = createMemo(() => mine().reduce((total, one) => total + netPaise(one), 0))
  const sums = createMemo(() => netByVenue({ positions: mine(), deployments: terminal.portfolio()?.deployments ?? [] }))
  const isLive = createMemo(() => terminal.portfolio()?.live === true)
  /** Paper and live positions side by side have no common sum. */
  const isMixed = createMemo(() => sums().live !== undefined && sums().paper !== undefined)

  const columns = createMemo((): ReadonlyArray<Column<string>> => [
    {
      id: "symbol",
      title: "Instrument",
      width: "minmax(182px, 1.5fr)",
      cell: (key) => (
        <a
          class="truncate-cell text-accent hover:underline"
          tabindex={-1}
          href={`/chart/${encodeURIComponent(terminal.instruments()[of(key)?.instrument ?? -1]?.symbol ?? "")}`}
        >
          {terminal.nameOf(of(key)?.instrument ?? -1)}
        </a>
      )
    },
    ...(props.book === undefined
      ? [{
        id: "book",
        title: "Book",
        width: isLive() ? "minmax(92px, 1fr)" : "minmax(72px, 1fr)",
        cell: (key: string) => {
          const book = (): string => of(key)?.book ?? ""
          const isOwn = (): boolean => book() === manualBook || book() === liveBook
          return (
            <span class="flex min-w-0 items-center gap-1" title={book()}>
              <Show when={isLive()}>
                <VenueChip venue={venueOfBook(book(), terminal.portfolio())} />
              </Show>
              <Show when={!isLive() || !isOwn()}>
                <span class="truncate-cell text-ink2">{book()}</span>
              </Show>
            </span>
          )
        }
      }]
      : []),
    {
      id: "quantity",
      title: "Qty",
      width: "56px",
      end: true,
      cell: (key) => (
        <span
          title={lotSize(key) > 1
            ? `${Math.abs(of(key)?.quantity ?? 0) / lotSize(key)} lots × ${lotSize(key)}`
            : undefined}
        >
          <Num text={quantity(of(key)?.quantity ?? Number.NaN)} testId={`position-quantity-${key}`} />
        </span>
      )
    },
    {
      id: "average",
      title: "Average",
      width: "80px",
      end: true,
      cell: (key) => <Num text={price(of(key)?.averagePrice ?? Number.NaN)} />
    },
    {
      id: "last",
      title: "Last",
      width: "88px",
      end: true,
      cell: (key) => (
        <>
          <Show when={stale(key)}>
            <span class="mr-1 text-caption text-warn">{age(priceAge(key))}</span>
          </Show>
          <FlashingNumber value={of(key)?.lastPrice ?? Number.NaN} format={price} />
        </>
      )
    },
    {
      id: "open",
      title: "Open P&L",
      width: "100px",
      end: true,
      cell: (key) => (
        <>
          <Show when={stale(key)}>
            <span class="text-warn" title="The price is old">~</span>
          </Show>
          <Money paise={of(key)?.unrealised ?? Number.NaN} testId={`position-open-${key}`} />
        </>
      )
    },
    ...(props.compact === true
      ? []
      : [{
        id: "realised",
        title: "Realised",
        width: "104px",
        end: true,
        cell: (key: string) => <Money paise={of(key)?.realised ?? Number.NaN} />
      }]),
    { id: "net", title: "Net", width: "100px", end: true, cell: (key) => <Money paise={netPaise(of(key))} /> },
    {
      id: "exit",
      title: "Exit",
      quietTitle: true,
      width: "48px",
      flush: true,
      cell: (key) => (
        <Show when={of(key)?.quantity !== 0}>
          <button
            type="button"
            class="button button-row w-full"
            tabindex={-1}
            disabled={terminal.blocked() !== undefined}
            title={terminal.blocked()}
            aria-label={`Exit ${terminal.nameOf(of(key)?.instrument ?? -1)}`}
            data-testid={`exit-${key}`}
            onClick={() => sheets.open({ _tag: "exit", positions: [key] })}
          >
            Exit
          </button>
        </Show>
      )
    }
  ])

  return (
    <section class="panel h-full" aria-label="Positions">
      <div class="panel-head">
        <h2>Positions</h2>
        <span class="chip">{openKeys().length} open</span>
        <span class="text-ink2">
          <Show
            when={isMixed()}
            fallback={
              <>
                Net <Money paise={sum()} />
              </>
            }
          >
            Net live <Money paise={sums().live ?? Number.NaN} /> paper <Money paise={sums().paper ?? Number.NaN} />
          </Show>
        </span>
        <div class="flex-1" />
        <label class="flex min-h-6 items-center gap-1 text-tape text-ink2">
          <input type="checkbox" checked={withFlat()} onChange={(event) => setWithFlat(event.currentTarget.checked)} />
          also flat
        </label>
        <button
          type="button"
          class="button button-small"
          disabled={openKeys().length === 0 || terminal.blocked() !== undefined}
          title={terminal.blocked()}
          data-testid="exit-all"
          onClick={() => sheets.open({ _tag: "exit", positions: openKeys() })}
        >
          Exit all…
        </button>
      </div>
      <Grid
        label="Positions"
        testId="positions"
        rows={rows()}
        columns={columns()}
        rowTestId={(key) => `position-${key}`}
        isStale={stale}
        empty="No positions. Strategies open them, or press B on an instrument to trade."
        onFocusRow={(key) => sheets.focusInstrument(of(key)?.instrument)}
        onOpen={(key) => {
          const symbol = terminal.instruments()[of(key)?.instrument ?? -1]?.symbol
          if (symbol !== undefined) navigate(`/chart/${encodeURIComponent(symbol)}`)
        }}
        onKey={(key, event) => {
          if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || of(key)?.quantity === 0) return false
          sheets.open({ _tag: "exit", positions: [key] })
          return true
        }}
      />
    </section>
  )
}
