import { useNavigate, useParams } from "@solidjs/router"
import { createEffect, createMemo, type JSX, Show } from "solid-js"
import { SignalsLog } from "../deployments/SignalsLog.tsx"
import { largeOrMissing, missing, price } from "../format/numbers.ts"
import { title } from "../format/symbols.ts"
import { Change, FlashingNumber } from "../grid/Cells.tsx"
import { MarketWatch } from "../market/MarketWatch.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { ChartPanel } from "./ChartPanel.tsx"

export const ChartPage = (): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const navigate = useNavigate()
  const params = useParams<{ symbol?: string }>()
  const index = createMemo(() => {
    if (params.symbol !== undefined) return terminal.indexOf(decodeURIComponent(params.symbol))
    const first = terminal.instruments().findIndex((instrument) => instrument.kind === "equity")
    return sheets.focused() ?? (first < 0 ? undefined : first)
  })
  createEffect(() => {
    const at = index()
    if (at === undefined) return
    sheets.focusInstrument(at)
    // The address says what is shown, also when it was not said.
    const symbol = terminal.instruments()[at]?.symbol
    if (params.symbol === undefined && symbol !== undefined) {
      navigate(`/chart/${encodeURIComponent(symbol)}`, { replace: true })
    }
  })
  return (
    <div class="grid h-full min-h-[480px] grid-cols-[minmax(0,1fr)_320px] grid-rows-[minmax(0,3fr)_minmax(0,2fr)] gap-2">
      <Show
        when={index() !== undefined}
        fallback={
          <p class="p-3 text-ink2">
            {terminal.instruments().length === 0
              ? "Loading instruments…"
              : `There is no instrument ${params.symbol ?? ""} in this session.`}
          </p>
        }
      >
        <div class="row-span-2 flex min-h-0 min-w-0 flex-col gap-2">
          <Facts instrument={index() ?? 0} />
          <div class="min-h-0 flex-1">
            <ChartPanel instrument={index() ?? 0} />
          </div>
        </div>
      </Show>
      <MarketWatch columns="few" selected={index()} />
      <SignalsLog {...(index() === undefined ? {} : { instrument: index() ?? 0 })} />
    </div>
  )
}

const Facts = (props: { readonly instrument: number }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const instrument = createMemo(() => terminal.instruments()[props.instrument])
  const cell = (field: Parameters<typeof terminal.quotes.watch>[1]) =>
    createMemo(() => terminal.quotes.watch(props.instrument, field)())
  const last = cell("last")
  const before = cell("previousClose")
  const open = cell("open")
  const shownTitle = (): string => {
    const known = instrument()
    return known === undefined ? missing : title(known)
  }
  const tradable = (): boolean => instrument()?.kind !== "index"
  const ticket = (side: "buy" | "sell"): void => sheets.open({ _tag: "ticket", side, instrument: props.instrument })
  const reason = (): string | undefined => tradable() ? terminal.blocked() : "An index is quoted, not traded"
  return (
    <section class="panel flex-row flex-wrap items-center gap-x-5 gap-y-1 px-3 py-1.5" aria-label="Quote">
      <h1 class="text-section font-semibold" data-testid="chart-title">
        {shownTitle()}
      </h1>
      <span class="text-section font-semibold">
        <FlashingNumber value={last()} format={price} testId="chart-last" />
      </span>
      <Change fraction={last() / (before() > 0 ? before() : open()) - 1} />
      <span class="text-tape text-ink2">Bid {price(cell("bid")())} · Ask {price(cell("ask")())}</span>
      <span class="text-tape text-ink2">High {price(cell("high")())} · Low {price(cell("low")())}</span>
      <span class="text-tape text-ink2">Volume {largeOrMissing(cell("volume")())}</span>
      <div class="flex-1" />
      <button
        type="button"
        class="button"
        disabled={reason() !== undefined}
        title={reason() ?? "B"}
        data-testid="buy"
        onClick={() => ticket("buy")}
      >
        Buy
      </button>
      <button
        type="button"
        class="button"
        disabled={reason() !== undefined}
        title={reason() ?? "S"}
        data-testid="sell"
        onClick={() => ticket("sell")}
      >
        Sell
      </button>
    </section>
  )
}
