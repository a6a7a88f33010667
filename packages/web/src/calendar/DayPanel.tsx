/** One day of the exchange: its sessions drawn along the clock, what expires, when trades settle. */
import type { DayReport } from "@keepgaining/core/calendar/dayReport.ts"
import { For, type JSX, Show } from "solid-js"
import { dayTitle, kindTitles, minutesOf, phaseTitle } from "./monthGrid.ts"

const segmentTitles = {
  cash: "Shares",
  "cash-closing-auction": "Shares with derivatives",
  derivatives: "Futures and options"
} as const

type Phase = DayReport["segments"][number]["phases"][number]

export const DayPanel = (props: { readonly day: DayReport }): JSX.Element => {
  const all = (): ReadonlyArray<Phase> => props.day.segments.flatMap(({ phases }) => phases)
  const from = (): number => Math.min(...all().map(({ start }) => minutesOf(start)))
  const to = (): number => Math.max(...all().map(({ end }) => minutesOf(end)))
  const place = (minutes: number): string => `${((minutes - from()) / Math.max(1, to() - from())) * 100}%`
  return (
    <>
      <div class="panel-head">
        <h2 class="flex-1">{props.day.weekday}, {dayTitle(props.day.date)}</h2>
        <span class="chip" classList={{ "chip-warn": props.day.kind !== "normal" }}>{kindTitles[props.day.kind]}</span>
      </div>
      <div
        class="flex min-h-0 flex-1 flex-col gap-3 overflow-auto p-3"
        tabindex={0}
        role="region"
        aria-label="About the day"
      >
        <Show when={props.day.reason !== "" && props.day.reason !== "weekend"}>
          <p>{props.day.reason}</p>
        </Show>
        <Show when={props.day.trading} fallback={<p class="text-ink2">The exchanges are closed.</p>}>
          <For each={props.day.segments}>
            {(segment) => (
              <div data-testid={`segment-${segment.segment}`}>
                <h3 class="text-tape font-medium">{segmentTitles[segment.segment]}</h3>
                <Show when={segment.known} fallback={<p class="text-ink2">Hours not published yet.</p>}>
                  <div class="relative my-1 h-4 rounded-control bg-s2" aria-hidden="true">
                    <For each={segment.phases}>
                      {(phase) => (
                        <span
                          class="absolute top-0 h-4 border-r border-bg"
                          classList={{
                            "bg-accent": phase.phase === "continuous",
                            "bg-line-strong": phase.phase !== "continuous"
                          }}
                          style={{
                            left: place(minutesOf(phase.start)),
                            width: `calc(${place(minutesOf(phase.end))} - ${place(minutesOf(phase.start))})`
                          }}
                        />
                      )}
                    </For>
                  </div>
                  <p class="text-tape text-ink2">
                    {segment.phases.map(({ end, phase, start }) => `${phaseTitle(phase)} ${start}–${end}`).join(", ")}
                    {" "}
                    IST
                    {segment.minuteCandles === null ? "" : `; ${segment.minuteCandles} one-minute candles`}
                  </p>
                </Show>
              </div>
            )}
          </For>
        </Show>
        <Show when={props.day.expiries.length > 0}>
          <div>
            <h3 class="text-tape font-medium">Expiring</h3>
            <ul data-testid="calendar-expiries">
              <For each={props.day.expiries}>
                {(expiry) => (
                  <li>
                    {expiry.family} <span class="text-ink2">{expiry.kind}, {expiry.exchange}</span>
                    <Show when={expiry.scheduled !== expiry.date}>
                      <span class="text-warn">, moved from {dayTitle(expiry.scheduled)}</span>
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          </div>
        </Show>
        <dl class="grid grid-cols-[160px_1fr] gap-y-1">
          <Show when={props.day.trading}>
            <dt class="text-ink2">Trades settle on</dt>
            <dd>{props.day.settlement === null ? "not known" : dayTitle(props.day.settlement)}</dd>
          </Show>
          <dt class="text-ink2">Trading day before</dt>
          <dd>{props.day.previous === null ? "not known" : dayTitle(props.day.previous)}</dd>
          <dt class="text-ink2">Trading day after</dt>
          <dd>{props.day.next === null ? "not known" : dayTitle(props.day.next)}</dd>
        </dl>
      </div>
    </>
  )
}
