/** What needs attention, and every alarm and refusal of the session. */
import { createMemo, For, type JSX } from "solid-js"
import { dateAndTime, timeWithMillis } from "../format/times.ts"
import { useTerminal } from "../state/Terminal.ts"
import { alarmTitle } from "./attention.ts"
import { AttentionList } from "./AttentionList.tsx"

const shownEntries = 300

export const AlertsPage = (): JSX.Element => {
  const terminal = useTerminal()
  const entries = createMemo(() => {
    const book = terminal.book()
    return [
      ...book.alarmHistory.map(({ decision, number }) => ({
        number,
        at: decision.at,
        state: decision.raised ? "raised" : "ended",
        text: `${alarmTitle(decision.kind)}: ${decision.subject}. ${decision.detail}`
      })),
      ...book.armings.map(({ decision, number }) => ({
        number,
        at: decision.at,
        state: decision.until > 0 ? "armed" : "disarmed",
        text: decision.until > 0
          ? `${decision.account} takes live orders until ${dateAndTime(decision.until)}`
          : `${decision.account} takes no live orders any more; its exits go on`
      })),
      ...book.refusals.map(({ decision, number }) => ({
        number,
        at: decision.at,
        state: "refused",
        text: `${decision.rule}: ${terminal.nameOf(decision.instrument)} (${decision.book}). ${decision.detail}`
      }))
    ].sort((a, b) => b.number - a.number).slice(0, shownEntries)
  })
  return (
    <div class="grid h-full grid-rows-[minmax(120px,1fr)_minmax(160px,2fr)] gap-2">
      <h1 class="sr-only">Alerts</h1>
      <AttentionList />
      <section class="panel" aria-label="History">
        <div class="panel-head">
          <h2>Alarms, refusals and armed accounts</h2>
        </div>
        <ol
          class="min-h-0 flex-1 overflow-auto"
          tabindex={0}
          aria-label="Alarms, refusals and armed accounts, newest first"
        >
          <For each={entries()} fallback={<li class="p-3 text-ink2">None in this session.</li>}>
            {(entry) => (
              <li class="flex items-baseline gap-3 border-b border-line px-3 py-1">
                <span class="text-ink2">{timeWithMillis(entry.at)}</span>
                <span
                  class="chip w-18"
                  classList={{ "chip-warn": entry.state !== "ended" && entry.state !== "disarmed" }}
                >
                  {entry.state}
                </span>
                <span class="flex-1">{entry.text}</span>
              </li>
            )}
          </For>
        </ol>
      </section>
    </div>
  )
}
