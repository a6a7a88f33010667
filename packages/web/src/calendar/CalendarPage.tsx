/** The exchange's days: a month drawn, the year beside it, and everything about the chosen day. */
import type { DayReport } from "@keepgaining/core/calendar/dayReport.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { createMemo, createResource, createSignal, For, type JSX, Show } from "solid-js"
import { useTerminal } from "../state/Terminal.ts"
import { DayPanel } from "./DayPanel.tsx"
import { dayTitle, kindTitles, monthAfter, monthTitle, spoken, weeksOf } from "./monthGrid.ts"

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

type Month =
  | { readonly _tag: "Known"; readonly days: ReadonlyArray<DayReport> }
  | { readonly _tag: "Refused"; readonly reason: string; readonly remedy: string }

/** What a rejected call says, if it is the server's refusal. */
const refusalOf = (failure: unknown): Month => {
  const { reason, remedy } = { reason: String(failure), remedy: "", ...(failure as object) }
  return { _tag: "Refused", reason, remedy }
}

export const CalendarPage = (): JSX.Element => {
  const terminal = useTerminal()
  // The wall's day, not the session's: a replay of June 2021 has no use for its calendar today.
  const today = formatIstDate(Date.now())
  const [month, setMonth] = createSignal(today.slice(0, 7))
  const [chosen, setChosen] = createSignal(today)
  const asked = new Map<string, Promise<Month>>()
  const ask = (which: string): Promise<Month> => {
    const known = asked.get(which)
    if (known !== undefined) return known
    const answer = terminal.link.ask((rpc) => rpc.GetCalendar({ month: which })).then(
      (days): Month => ({ _tag: "Known", days }),
      refusalOf
    )
    asked.set(which, answer)
    return answer
  }
  const [current] = createResource(month, ask)
  const year = createMemo(() => month().slice(0, 4))
  const [whole] = createResource(year, (of) =>
    Promise.all(Array.from({ length: 12 }, (_, i) => {
      const which = `${of}-${String(i + 1).padStart(2, "0")}`
      return ask(which).then((answer) => ({ month: which, answer }))
    })))
  const days = (): ReadonlyArray<DayReport> => {
    const known = current.latest
    return known?._tag === "Known" ? known.days : []
  }
  const refused = () => {
    const known = current.latest
    return known?._tag === "Refused" ? known : undefined
  }
  const day = createMemo(() => days().find(({ date }) => date === chosen()))
  const go = (to: string): void => {
    setMonth(to)
    setChosen(to === today.slice(0, 7) ? today : `${to}-01`)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = new Date(`${chosen()}T00:00:00Z`)
    at.setUTCDate(at.getUTCDate() + step)
    const next = at.toISOString().slice(0, 10)
    if (next.slice(0, 7) !== month()) setMonth(next.slice(0, 7))
    setChosen(next)
    queueMicrotask(() => document.querySelector<HTMLElement>(`[data-date="${next}"]`)?.focus())
  }

  return (
    <div class="grid h-full min-h-[520px] grid-cols-[minmax(0,3fr)_minmax(300px,2fr)] grid-rows-[auto_minmax(0,1fr)] gap-2">
      <h1 class="sr-only">Calendar</h1>
      <section class="panel col-span-2" aria-label="Year">
        <div class="flex flex-wrap items-center gap-1 px-2 py-1.5">
          <button
            type="button"
            class="button button-small"
            aria-label="Year before"
            onClick={() => go(monthAfter(month(), -12))}
          >
            ‹
          </button>
          <b class="px-1">{year()}</b>
          <button
            type="button"
            class="button button-small"
            aria-label="Year after"
            onClick={() => go(monthAfter(month(), 12))}
          >
            ›
          </button>
          <For each={whole.latest ?? []}>
            {({ answer, month: which }) => (
              <button
                type="button"
                class="button button-small gap-2"
                aria-pressed={which === month()}
                data-testid={`month-${which}`}
                onClick={() => go(which)}
              >
                {monthTitle(which).slice(0, 3)}
                <span class="text-caption text-ink2">
                  {answer._tag === "Known" ? `${answer.days.filter(({ trading }) => trading).length} days` : "–"}
                </span>
              </button>
            )}
          </For>
          <button type="button" class="button button-small" onClick={() => go(today.slice(0, 7))}>Today</button>
        </div>
      </section>
      <section class="panel" aria-label={`Month ${monthTitle(month())}`}>
        <div class="panel-head">
          <h2 class="flex-1" data-testid="calendar-month">
            {monthTitle(month())}
            <Show when={days().length > 0}>
              <span class="font-normal text-ink2">, {days().filter(({ trading }) => trading).length} trading days</span>
            </Show>
          </h2>
          <button
            type="button"
            class="button button-small"
            aria-label="Month before"
            onClick={() => go(monthAfter(month(), -1))}
          >
            ‹
          </button>
          <button
            type="button"
            class="button button-small"
            aria-label="Month after"
            onClick={() => go(monthAfter(month(), 1))}
          >
            ›
          </button>
        </div>
        <Show when={refused()}>
          {(why) => (
            <div class="p-3" role="status" data-testid="calendar-refused">
              <p>{why().reason}.</p>
              <p class="text-ink2">{why().remedy}.</p>
            </div>
          )}
        </Show>
        <Show when={days().length > 0}>
          <table class="h-full w-full table-fixed border-collapse" onKeyDown={onKeyDown}>
            <thead>
              <tr>
                <For each={weekdays}>
                  {(name) => <th scope="col" class="h-6 text-caption font-medium text-ink2">{name}</th>}
                </For>
              </tr>
            </thead>
            <tbody>
              <For each={weeksOf(days())}>
                {(week) => (
                  <tr>
                    <For each={week}>
                      {(cell) => (
                        <td class="border border-line p-0 align-top">
                          <Show when={cell}>
                            {(known) => (
                              <Cell
                                day={known()}
                                today={known().date === today}
                                chosen={known().date === chosen()}
                                onChoose={() => setChosen(known().date)}
                              />
                            )}
                          </Show>
                        </td>
                      )}
                    </For>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </Show>
      </section>
      <section class="panel" aria-label={`Day ${dayTitle(chosen())}`} data-testid="calendar-day">
        <Show when={day()} fallback={<p class="p-3 text-ink2">Nothing is known of {dayTitle(chosen())}.</p>}>
          {(known) => <DayPanel day={known()} />}
        </Show>
      </section>
    </div>
  )
}

const Cell = (props: {
  readonly day: DayReport
  readonly today: boolean
  readonly chosen: boolean
  readonly onChoose: () => void
}): JSX.Element => {
  const families = (): ReadonlyArray<string> => props.day.expiries.map(({ family }) => family)
  return (
    <button
      type="button"
      class="flex h-full min-h-16 w-full cursor-pointer flex-col items-start gap-0.5 overflow-hidden px-1.5 py-1 text-left"
      classList={{
        "bg-selected": props.chosen,
        "hatch": !props.day.trading && props.day.kind === "holiday",
        "bg-s2": !props.day.trading && props.day.kind === "weekend"
      }}
      aria-pressed={props.chosen}
      tabindex={props.chosen ? 0 : -1}
      data-date={props.day.date}
      onClick={() => props.onChoose()}
    >
      <span class="sr-only">{spoken(props.day)}</span>
      <span
        class="flex w-full items-baseline gap-1"
        classList={{ "text-ink2": !props.day.trading }}
        aria-hidden="true"
      >
        <span classList={{ "font-semibold": props.day.trading, "text-accent": props.today }}>
          {Number(props.day.date.slice(8))}
        </span>
        <Show when={props.today}>
          <span class="text-caption text-accent">today</span>
        </Show>
      </span>
      <Show when={props.day.kind !== "normal" && props.day.kind !== "weekend"}>
        <span class="line-clamp-2 text-caption" aria-hidden="true" classList={{ "text-warn": props.day.trading }}>
          {props.day.kind === "holiday" ? props.day.reason : kindTitles[props.day.kind]}
        </span>
      </Show>
      <Show when={families().length > 0}>
        <span class="text-caption text-ink2" aria-hidden="true">
          ◆ {families()[0]}
          {families().length > 1 ? ` +${families().length - 1}` : ""}
          {props.day.expiries.some(({ date, scheduled }) => date !== scheduled) ? ", moved" : ""}
        </span>
      </Show>
    </button>
  )
}
