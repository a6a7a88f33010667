/** Asks once more before something that cannot be taken back lightly, in plain words. */
import { For, type JSX, onMount } from "solid-js"
import { OnceButton } from "./OnceButton.tsx"
import { Sheet } from "./Sheet.tsx"

export const ConfirmSheet = (props: {
  readonly title: string
  /** What it means, a sentence or two each. */
  readonly lines: ReadonlyArray<JSX.Element>
  readonly button: string
  /** A consequence for money: the button is filled red. */
  readonly danger?: boolean
  readonly blocked?: string | undefined
  readonly testId: string
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
}): JSX.Element => {
  let back!: HTMLButtonElement
  onMount(() => back.focus())
  return (
    <Sheet title={props.title} onClose={props.onClose} testId={props.testId}>
      <div class="flex flex-col gap-3 p-3">
        <ul class="flex list-disc flex-col gap-1.5 pl-5">
          <For each={props.lines}>{(line) => <li>{line}</li>}</For>
        </ul>
        <div class="flex justify-end gap-2">
          <button
            ref={(made) => {
              back = made
            }}
            type="button"
            class="button"
            autofocus
            onClick={() => props.onClose()}
          >
            Cancel
          </button>
          <OnceButton
            class={props.danger === true ? "button-danger" : "button-primary"}
            testId={`${props.testId}-yes`}
            blocked={props.blocked}
            onPress={props.onConfirm}
          >
            {props.button}
          </OnceButton>
        </div>
      </div>
    </Sheet>
  )
}
