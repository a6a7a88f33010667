import X from "lucide-solid/icons/x"
import { For, type JSX, Show } from "solid-js"
import { useTerminal } from "../state/Terminal.ts"

const edges = { info: "border-l-line-strong", warning: "border-l-warn", refusal: "border-l-down" } as const

export const NoticeStack = (): JSX.Element => {
  const { notices } = useTerminal()
  return (
    <>
      <section
        class="pointer-events-none fixed right-3 bottom-9 z-60 flex w-96 flex-col gap-2"
        aria-label="Notices"
        data-testid="notices"
      >
        <For each={notices.shown()}>
          {(notice) => (
            <div
              class={`panel pointer-events-auto flex-row items-start gap-2 border-l-4 p-2 ${edges[notice.level]}`}
              data-testid="notice"
              data-level={notice.level}
            >
              <p class="flex-1">
                {notice.text}
                <Show when={notice.remedy}>{(remedy) => <span class="block text-ink2">{remedy()}</span>}</Show>
              </p>
              <button
                type="button"
                class="button button-quiet button-small"
                aria-label="Dismiss"
                onClick={() => notices.dismiss(notice.id)}
              >
                <X size={12} aria-hidden="true" />
              </button>
            </div>
          )}
        </For>
      </section>
      <div class="sr-only" aria-live="polite" data-testid="polite">{notices.polite()}</div>
      <div class="sr-only" aria-live="assertive" data-testid="assertive">{notices.assertive()}</div>
    </>
  )
}
