/** What strategies saw and why, newest first: each reason as a number beside what it was compared with. */
import { type Reason } from "@keepgaining/core/strategies/Signal.ts"
import { createMemo, For, type JSX, Show } from "solid-js"
import { decimal, plain, price } from "../format/numbers.ts"
import { time, timeWithMillis } from "../format/times.ts"
import { type SignalNote } from "../state/EventBook.ts"
import { useTerminal } from "../state/Terminal.ts"

const shownSignals = 200

export const SignalsLog = (props: { readonly deployment?: string; readonly instrument?: number }): JSX.Element => {
  const terminal = useTerminal()
  const notes = createMemo((): ReadonlyArray<SignalNote> =>
    terminal.book().signals
      .filter(({ decision }) =>
        (props.deployment === undefined || decision.deployment === props.deployment) &&
        (props.instrument === undefined || decision.instrument === props.instrument)
      )
      .slice(-shownSignals)
      .reverse()
  )
  return (
    <section class="panel h-full" aria-label="Signals" data-testid="signals">
      <div class="panel-head">
        <h2>Signals</h2>
        <span class="chip">{notes().length === shownSignals ? `newest ${shownSignals}` : notes().length}</span>
      </div>
      <ol class="min-h-0 flex-1 overflow-auto" tabindex={0} aria-label="Signals, newest first">
        <For each={notes()} fallback={<li class="p-3 text-ink2">No signal yet.</li>}>
          {(note) => <Signal note={note} withDeployment={props.deployment === undefined} />}
        </For>
      </ol>
    </section>
  )
}

const Signal = (props: { readonly note: SignalNote; readonly withDeployment: boolean }): JSX.Element => {
  const terminal = useTerminal()
  // A note never changes.
  const { decision, number } = props.note
  const symbol = terminal.instruments()[decision.instrument]?.symbol ?? ""
  return (
    <li class="border-b border-line px-3 py-1.5" data-testid="signal">
      <div class="flex items-baseline gap-2">
        <span class="text-ink2" title={`${timeWithMillis(decision.at)} IST, decision ${number}`}>
          {time(decision.at)}
        </span>
        <Show when={decision._tag === "SignalRaised" && decision.signal} fallback={<span class="chip">ignored</span>}>
          {(signal) => (
            <span
              class="chip chip-run"
              classList={{ "text-up": signal().action === "long", "text-down": signal().action === "short" }}
            >
              {signal().action.toUpperCase()}
            </span>
          )}
        </Show>
        <a class="font-medium text-accent hover:underline" href={`/chart/${encodeURIComponent(symbol)}`}>
          {terminal.nameOf(decision.instrument)}
        </a>
        <Show when={props.withDeployment}>
          <span class="ml-auto text-tape text-ink2">{decision.deployment}</span>
        </Show>
      </div>
      <Show when={decision._tag === "SignalRaised" && decision.signal}>
        {(signal) => (
          <p>
            entry {price(signal().entry)}
            {signal().stop === undefined ? "" : ` · stop ${price(signal().stop ?? Number.NaN)}`}
            {signal().target === undefined ? "" : ` · target ${price(signal().target ?? Number.NaN)}`}
            {signal().trail === undefined ? "" : ` · trail ${price(signal().trail ?? Number.NaN)}`}
            {` · strength ${decimal(signal().strength, 2)}`}
          </p>
        )}
      </Show>
      <Show when={decision._tag === "SignalIgnored" && decision.reason}>
        {(reason) => <p class="text-ink2">{reason()}</p>}
      </Show>
      <Show when={decision._tag === "SignalRaised" && decision.signal.reasons}>
        {(reasons) => (
          <ul class="flex flex-wrap gap-x-4 text-tape text-ink2">
            <For each={reasons()}>{(reason) => <li>{reasonText(reason)}</li>}</For>
          </ul>
        )}
      </Show>
    </li>
  )
}

const reasonText = (reason: Reason): string =>
  `${reason.name} ${plain(reason.value)}${reason.threshold === undefined ? "" : ` (needs ${plain(reason.threshold)})`}`
