/** Which accounts take live orders now, on every page; nothing in a session that trades on paper only. */
import Lock from "lucide-solid/icons/lock"
import LockOpen from "lucide-solid/icons/lock-open"
import { type JSX, Show } from "solid-js"
import { untilText } from "../format/times.ts"
import { asksBeforeLive } from "../preferences/Preferences.ts"
import { useTerminal } from "../state/Terminal.ts"

export const ArmedMarker = (): JSX.Element => {
  const terminal = useTerminal()
  const armed = () => terminal.portfolio()?.armed ?? []
  const isReal = (): boolean => terminal.hello()?.mode === "live"
  const names = (): string => armed().map(({ account }) => account).join(", ")
  return (
    <Show when={terminal.portfolio()?.live === true}>
      <Show
        when={armed().length > 0}
        fallback={
          <a class="button button-quiet text-ink2" href="/brokers" data-testid="armed" data-armed="">
            <Lock size={14} aria-hidden="true" />
            No account armed
          </a>
        }
      >
        <a
          class="flex min-h-7 min-w-0 items-center gap-1.5 rounded-control border-2 px-2 font-semibold"
          classList={{ "border-danger bg-danger text-white": isReal(), "border-paper text-paper": !isReal() }}
          href="/brokers"
          data-testid="armed"
          data-armed={names()}
          title={armed().map(({ account, until }) => `${account} until ${untilText(until)}`).join(", ")}
        >
          <LockOpen size={14} aria-hidden="true" class="flex-none" />
          <span class="min-w-0 truncate">
            {isReal() ? "Armed for live orders" : "Armed, simulated"}: {names()}
            <Show when={!asksBeforeLive(terminal.hello()?.mode)}>{" · without asking"}</Show>
          </span>
        </a>
      </Show>
    </Show>
  )
}
