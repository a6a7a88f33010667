/** What kind of money and time this session has, so that nobody can mistake it. */
import { type JSX, Match, Switch } from "solid-js"
import { plain } from "../format/numbers.ts"
import { dateAndTime } from "../format/times.ts"
import { useTerminal } from "../state/Terminal.ts"

export const speedText = (speed: number): string => speed === 0 ? "max speed" : `${plain(speed)}×`

export const ModeBadge = (): JSX.Element => {
  const terminal = useTerminal()
  const mode = (): string | undefined => terminal.hello()?.mode
  return (
    <div data-testid="mode" data-mode={mode()} class="flex items-center">
      <Switch fallback={<span class="chip">connecting</span>}>
        <Match when={mode() === "demo"}>
          <span class="hatch rounded-control border border-dashed border-paper px-2 font-semibold text-paper">
            DEMO · invented market, simulated money
          </span>
        </Match>
        <Match when={mode() === "paper"}>
          <span class="hatch rounded-control border border-dashed border-paper px-2 font-semibold text-paper">
            PAPER · simulated money
          </span>
        </Match>
        <Match when={mode() === "sim"}>
          <span class="hatch rounded-control border border-dashed border-paper px-2 font-semibold text-paper">
            SIM · simulated brokers, simulated money
          </span>
        </Match>
        <Match when={mode() === "live"}>
          <span class="flex items-center gap-1.5 rounded-control bg-danger px-2 font-semibold whitespace-nowrap text-white">
            <svg class="size-2" viewBox="0 0 8 8" aria-hidden="true">
              <circle cx="4" cy="4" r="4" fill="currentColor" />
            </svg>
            LIVE · real money
          </span>
        </Match>
        <Match when={mode() === "replay"}>
          <span class="rounded-control border-3 border-double border-[var(--replay)] px-2 font-semibold">
            REPLAY {dateAndTime(terminal.replay()?.now ?? terminal.now())} · {terminal.replay()?.playing === true
              ? speedText(terminal.replay()?.speed ?? 1)
              : terminal.replay()?.finished === true
              ? "finished"
              : "paused"}
          </span>
        </Match>
      </Switch>
    </div>
  )
}
