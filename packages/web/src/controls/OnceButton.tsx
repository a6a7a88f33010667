/** A button that is dead from its press until the answer came, so that no press is ever two. */
import { createSignal, type JSX } from "solid-js"

export const OnceButton = (props: {
  readonly onPress: () => Promise<unknown>
  /** Why it cannot be pressed now. */
  readonly blocked?: string | undefined
  readonly class?: string
  readonly label?: string
  readonly testId?: string
  readonly tabindex?: number
  readonly ref?: (element: HTMLButtonElement) => void
  readonly children: JSX.Element
}): JSX.Element => {
  const [busy, setBusy] = createSignal(false)
  const press = (): void => {
    if (busy() || props.blocked !== undefined) return
    setBusy(true)
    void props.onPress().finally(() => setBusy(false))
  }
  return (
    <button
      ref={(element) => props.ref?.(element)}
      type="button"
      class={`button ${props.class ?? ""}`}
      aria-label={props.label}
      aria-disabled={busy() || props.blocked !== undefined ? "true" : undefined}
      title={props.blocked}
      data-testid={props.testId}
      tabindex={props.tabindex}
      onKeyDown={(event) => event.repeat && event.key === "Enter" && event.preventDefault()}
      onClick={press}
    >
      {props.children}
    </button>
  )
}
