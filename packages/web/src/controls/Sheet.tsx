/** A modal sheet: focus stays inside, Escape closes it and only it, focus then returns to where it was. */
import * as Dialog from "@kobalte/core/dialog"
import X from "lucide-solid/icons/x"
import { type JSX, Show } from "solid-js"

export const Sheet = (props: {
  readonly title: string
  readonly description?: string
  readonly onClose: () => void
  readonly children: JSX.Element
  readonly testId?: string
  /** `top` for what grows while one types. */
  readonly place?: "centre" | "top"
  readonly wide?: boolean
}): JSX.Element => (
  <Dialog.Root open onOpenChange={(open) => !open && props.onClose()} modal>
    <Dialog.Portal>
      <Dialog.Overlay class="fixed inset-0 z-40 bg-[var(--scrim)]" />
      <div
        class="fixed inset-0 z-50 flex justify-center overflow-auto p-6"
        classList={{ "items-center": props.place !== "top", "items-start pt-[10vh]": props.place === "top" }}
      >
        <Dialog.Content
          class="panel max-h-full border-line-strong"
          classList={{ "w-[560px]": props.wide !== true, "w-[760px]": props.wide === true }}
          data-testid={props.testId}
          onOpenAutoFocus={(event) => {
            const first = document.querySelector<HTMLElement>("[role=dialog] [autofocus]")
            if (first === null) return
            event.preventDefault()
            first.focus()
          }}
        >
          <div class="panel-head">
            <Dialog.Title class="flex-1">{props.title}</Dialog.Title>
            <Dialog.CloseButton class="button button-quiet button-small" aria-label="Close">
              <X size={14} aria-hidden="true" />
            </Dialog.CloseButton>
          </div>
          <Show when={props.description}>
            {(description) => (
              <Dialog.Description class="border-b border-line px-3 py-2 text-ink2">{description()}</Dialog.Description>
            )}
          </Show>
          <div class="min-h-0 overflow-auto">{props.children}</div>
        </Dialog.Content>
      </div>
    </Dialog.Portal>
  </Dialog.Root>
)
