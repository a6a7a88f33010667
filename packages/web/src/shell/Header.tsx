/** Mode, day's profit, kill switch and the indices: in reach on every page. */
import Bell from "lucide-solid/icons/bell"
import OctagonX from "lucide-solid/icons/octagon-x"
import Search from "lucide-solid/icons/search"
import { createMemo, For, type JSX, Show } from "solid-js"
import { attention } from "../alarms/attention.ts"
import { price } from "../format/numbers.ts"
import { title } from "../format/symbols.ts"
import { clock, date } from "../format/times.ts"
import { Change, FlashingNumber, Money } from "../grid/Cells.tsx"
import { netByVenue, netPaise } from "../positions/profit.ts"
import { useTerminal } from "../state/Terminal.ts"
import { ArmedMarker } from "./ArmedMarker.tsx"
import { stageTitles } from "./KillSheet.tsx"
import { ModeBadge } from "./ModeBadge.tsx"
import { useSheets } from "./Sheets.tsx"

const tapeLength = 5

export const Header = (): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const count = createMemo(() => attention(terminal).length)
  return (
    <header class="flex-none border-b border-line bg-s1">
      <div class="flex h-11 items-center gap-3 px-3">
        <ModeBadge />
        <ArmedMarker />
        <button
          type="button"
          class="button min-w-28 max-w-72 flex-1 justify-start overflow-hidden text-ink2"
          data-testid="palette-open"
          onClick={() => sheets.open({ _tag: "palette" })}
        >
          <Search size={14} aria-hidden="true" class="flex-none" />
          <span class="min-w-0 flex-1 truncate text-left">Symbol, page or action</span>
          <span class="kbd" aria-hidden="true">Ctrl K</span>
        </button>
        <div class="flex-1" />
        <DayProfit />
        <a
          class="button button-quiet"
          href="/alerts"
          data-testid="attention-link"
          aria-label={`Needs attention: ${count()}`}
        >
          <Bell size={14} aria-hidden="true" />
          <span classList={{ "text-warn font-semibold": count() > 0, "text-ink2": count() === 0 }}>{count()}</span>
        </a>
        <Show when={terminal.killStage() !== "none"}>
          <span class="chip chip-warn" data-testid="kill-stage">{stageTitles[terminal.killStage()]}</span>
        </Show>
        <button
          type="button"
          class="button button-danger"
          data-testid="kill"
          title="Ctrl Shift X"
          onClick={() => sheets.open({ _tag: "kill" })}
        >
          <OctagonX size={14} aria-hidden="true" />
          KILL
        </button>
      </div>
      <div
        class="flex h-7 items-center gap-5 overflow-hidden border-t border-line px-3 text-tape"
        data-frozen={terminal.linkState()._tag !== "live"}
      >
        <Tape />
        <div class="flex-1" />
        <Clock />
      </div>
    </header>
  )
}

/** Live and paper money apart, where there are both. */
const DayProfit = (): JSX.Element => {
  const terminal = useTerminal()
  const sums = createMemo(() => netByVenue(terminal.portfolio()))
  const isLive = (): boolean => terminal.portfolio()?.live === true
  return (
    <div
      class="flex items-baseline gap-2 whitespace-nowrap"
      data-testid="day-pnl"
      data-frozen={terminal.linkState()._tag !== "live"}
    >
      <span class="text-tape text-ink2" title="Net of charges">Day P&amp;L{isLive() ? "" : ", net of charges"}</span>
      <Show
        when={isLive()}
        fallback={
          <span class="text-section font-semibold">
            <Money paise={netPaise(terminal.portfolio())} testId="day-pnl-value" />
          </span>
        }
      >
        <span class="text-tape text-ink2">live</span>
        <span class="text-section font-semibold">
          <Money paise={sums().live ?? 0} testId="day-pnl-live" />
        </span>
        <Show when={sums().paper !== undefined}>
          <span class="text-tape text-ink2">paper</span>
          <Money paise={sums().paper ?? 0} testId="day-pnl-paper" />
        </Show>
      </Show>
    </div>
  )
}

const Tape = (): JSX.Element => {
  const terminal = useTerminal()
  const indices = createMemo(() =>
    terminal.instruments().flatMap((instrument, index) => instrument.kind === "index" ? [index] : []).slice(
      0,
      tapeLength
    )
  )
  return (
    <For each={indices()}>
      {(index) => {
        const last = terminal.quotes.watch(index, "last")
        const before = terminal.quotes.watch(index, "previousClose")
        const open = terminal.quotes.watch(index, "open")
        // Without yesterday's close the change is the one since the open.
        const base = (): number => before() > 0 ? before() : open()
        const instrument = terminal.instruments()[index]
        return (
          <a
            class="flex items-baseline gap-2 whitespace-nowrap"
            href={`/chart/${encodeURIComponent(instrument?.symbol ?? "")}`}
            title={before() > 0 ? "Change since the previous close" : "Change since the open"}
          >
            <span class="text-ink2">{instrument === undefined ? "–" : title(instrument)}</span>
            <FlashingNumber value={last()} format={price} />
            <Change fraction={last() / base() - 1} />
          </a>
        )
      }}
    </For>
  )
}

const Clock = (): JSX.Element => {
  const terminal = useTerminal()
  const seconds = createMemo(() => Math.floor(terminal.now() / 1_000) * 1_000)
  return (
    <span class="whitespace-nowrap" data-testid="clock" title="Time of the newest event">
      <span class="mr-2 text-ink2">{date(seconds())}</span>
      <span class="font-semibold">{clock(seconds())}</span>
    </span>
  )
}
