/** Says that what is on screen is old, or that this page is. */
import { createMemo, type JSX, Match, Switch } from "solid-js"
import { clock } from "../format/times.ts"
import { useTerminal } from "../state/Terminal.ts"

export const Banner = (): JSX.Element => {
  const terminal = useTerminal()
  const frozenAt = createMemo(() => clock(terminal.now()))
  const state = terminal.linkState
  const attempt = (): number => {
    const link = state()
    return link._tag === "reconnecting" || link._tag === "offline" ? link.attempt : 0
  }
  const bar = "flex h-8 flex-none items-center gap-3 border-b border-warn bg-s2 px-3 text-warn"
  return (
    <Switch>
      <Match when={state()._tag === "reconnecting"}>
        <div class={bar} data-testid="banner">
          Reconnecting (attempt {attempt()}). The engine keeps trading; this view is frozen at {frozenAt()}.
        </div>
      </Match>
      <Match when={state()._tag === "stalled"}>
        <div class={bar} data-testid="banner">
          Connected, but nothing came for some seconds. The engine keeps trading; this view is frozen at {frozenAt()}.
        </div>
      </Match>
      <Match when={state()._tag === "offline"}>
        <div class={bar} data-testid="banner">
          The engine's server does not answer. This view is frozen at {frozenAt()}. The kill switch still tries.
          <button type="button" class="button button-small" onClick={() => terminal.link.restart()}>Try now</button>
        </div>
      </Match>
      <Match when={state()._tag === "mismatch"}>
        <div class={bar} data-testid="banner">
          The engine was upgraded and this page is old. Reload when you need nothing on it.
          <button type="button" class="button button-small" onClick={() => location.reload()}>Reload</button>
        </div>
      </Match>
    </Switch>
  )
}
