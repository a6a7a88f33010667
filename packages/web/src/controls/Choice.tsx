/** A few exclusive choices as buttons beside each other. */
import { Index, type JSX } from "solid-js"

export const Choice = <A extends string>(props: {
  readonly label: string
  readonly options: ReadonlyArray<{ readonly value: A; readonly title: string }>
  readonly value: A
  readonly onChange: (value: A) => void
  readonly testId?: string
}): JSX.Element => (
  <div role="group" aria-label={props.label} class="flex flex-wrap gap-1" data-testid={props.testId}>
    {/* By place: a title with a number in it changes, and its button keeps the focus. */}
    <Index each={props.options}>
      {(option) => (
        <button
          type="button"
          class="button button-small"
          aria-pressed={props.value === option().value}
          onClick={() => props.onChange(option().value)}
        >
          {option().title}
        </button>
      )}
    </Index>
  </div>
)
