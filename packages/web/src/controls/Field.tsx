/** A labelled control with its help and its error, tied together for screen readers. */
import { createUniqueId, type JSX, Show } from "solid-js"

export const Field = (props: {
  readonly label: string
  readonly help?: string | undefined
  readonly error?: string | undefined
  /** Gets the id for the control and the ids that describe it. */
  readonly children: (ids: { readonly id: string; readonly describedBy: string | undefined }) => JSX.Element
}): JSX.Element => {
  const id = createUniqueId()
  const describedBy = (): string | undefined =>
    props.help === undefined && props.error === undefined ? undefined : `${id}-note`
  return (
    <div class="flex min-w-0 flex-col gap-0.5">
      <label for={id} class="text-tape font-medium text-ink2">{props.label}</label>
      {props.children({ id, describedBy: describedBy() })}
      <Show when={describedBy()}>
        <p
          id={`${id}-note`}
          class="text-caption"
          classList={{ "text-down": props.error !== undefined, "text-ink2": props.error === undefined }}
        >
          {props.error ?? props.help}
        </p>
      </Show>
    </div>
  )
}
