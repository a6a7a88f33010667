import { createMemo, For, type JSX, Show } from "solid-js"
import { clock } from "../format/times.ts"
import { useTerminal } from "../state/Terminal.ts"
import { acknowledge, attention } from "./attention.ts"

export const AttentionList = (): JSX.Element => {
  const terminal = useTerminal()
  const entries = createMemo(() => attention(terminal))
  return (
    <section class="panel" aria-label="Needs attention" data-testid="attention">
      <div class="panel-head">
        <h2>Needs attention</h2>
        <span class="chip" classList={{ "chip-warn": entries().length > 0 }}>{entries().length}</span>
      </div>
      <ul class="min-h-0 flex-1 overflow-auto">
        <For
          each={entries()}
          fallback={<li class="p-3 text-ink2">Nothing. Alarms, rejections and refusals come here.</li>}
        >
          {(entry) => (
            <li
              class="flex items-start gap-2 border-b border-line px-3 py-1.5"
              data-testid="attention-entry"
              data-level={entry.level}
            >
              <div class="min-w-0 flex-1">
                <a href={entry.page} class="font-medium text-warn hover:underline">{entry.text}</a>
                <p class="text-tape text-ink2">
                  {entry.detail}
                  <Show when={Number.isFinite(entry.since)}>{` · since ${clock(entry.since)}`}</Show>
                </p>
              </div>
              <Show when={entry.acknowledge}>
                <button
                  type="button"
                  class="button button-small"
                  aria-label={`Seen: ${entry.text}`}
                  onClick={() => acknowledge(entry.key)}
                >
                  Seen
                </button>
              </Show>
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}
