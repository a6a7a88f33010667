/** One instrument of the session, found by a few letters of its name. */
import { createMemo, createSignal, For, type JSX, Show } from "solid-js"
import { Field } from "../controls/Field.tsx"
import { matching } from "../market/sortQuotes.ts"
import { useTerminal } from "../state/Terminal.ts"

const shownInstruments = 12

export const InstrumentPicker = (props: {
  /** Index, or nothing yet. */
  readonly value: number | undefined
  readonly onChange: (instrument: number | undefined) => void
  /** What can be chosen at all. */
  readonly allows: (instrument: number) => boolean
  readonly error: string | undefined
  readonly testId: string
}): JSX.Element => {
  const terminal = useTerminal()
  const [filter, setFilter] = createSignal("")
  const found = createMemo(() =>
    matching(terminal.instruments(), "all", filter()).filter((index) => props.allows(index)).slice(0, shownInstruments)
  )
  const chosen = (): number => props.value ?? -1
  const symbolOf = (index: number): string => terminal.instruments()[index]?.symbol ?? ""
  return (
    <Show
      when={props.value !== undefined}
      fallback={
        <div class="flex flex-col gap-1">
          <Field label="Instrument" error={props.error}>
            {(ids) => (
              <input
                id={ids.id}
                aria-describedby={ids.describedBy}
                aria-invalid={props.error !== undefined}
                class="field"
                type="search"
                placeholder="Find an instrument of this session"
                autocomplete="off"
                data-testid={`${props.testId}-filter`}
                value={filter()}
                onInput={(event) => setFilter(event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" || event.isComposing) return
                  event.preventDefault()
                  props.onChange(found()[0])
                }}
              />
            )}
          </Field>
          <ul class="flex flex-wrap gap-1" aria-label="Instruments found">
            <For each={found()} fallback={<li class="text-ink2">Nothing that can be chosen has such a name.</li>}>
              {(index) => (
                <li>
                  <button
                    type="button"
                    class="button button-small"
                    title={symbolOf(index)}
                    data-testid={`${props.testId}-${symbolOf(index)}`}
                    onClick={() => props.onChange(index)}
                  >
                    {terminal.nameOf(index)}
                  </button>
                </li>
              )}
            </For>
          </ul>
        </div>
      }
    >
      <div class="flex flex-col gap-0.5">
        <span class="text-tape font-medium text-ink2">Instrument</span>
        <div class="flex min-h-7 items-center gap-2" data-testid={`${props.testId}-chosen`}>
          <b>{terminal.nameOf(chosen())}</b>
          <span class="text-ink2">{symbolOf(chosen())}</span>
          <button
            type="button"
            class="button button-small"
            aria-label="Change the instrument"
            onClick={() => props.onChange(undefined)}
          >
            Change
          </button>
        </div>
        <Show when={props.error}>{(text) => <p class="text-caption text-down">{text()}</p>}</Show>
      </div>
    </Show>
  )
}
