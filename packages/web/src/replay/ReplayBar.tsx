/** The transport of a replay: play, pause, speed, step, and a slider over the recorded day. */
import { type ReplayControl } from "@keepgaining/rpc/contract/System.ts"
import Pause from "lucide-solid/icons/pause"
import Play from "lucide-solid/icons/play"
import StepForward from "lucide-solid/icons/step-forward"
import { createSignal, For, type JSX, Show } from "solid-js"
import { dateAndTime, time } from "../format/times.ts"
import { speedText } from "../shell/ModeBadge.tsx"
import { useTerminal } from "../state/Terminal.ts"

/** Event seconds a wall second; 0 = as fast as it goes. */
const speeds: ReadonlyArray<number> = [1, 2, 10, 60, 0]
const steps = [
  { title: "1 s", millis: 1_000 },
  { title: "1 min", millis: 60_000 },
  { title: "5 min", millis: 300_000 }
] as const

export const ReplayBar = (): JSX.Element => {
  const terminal = useTerminal()
  const replay = terminal.replay
  /** Where the slider is being dragged to. */
  const [dragged, setDragged] = createSignal<number>()

  const control = async (request: ReplayControl): Promise<void> => {
    const outcome = await terminal.link.ask((rpc) => rpc.ControlReplay({ control: request })).catch(
      (failure: unknown) => {
        const { message, reason, remedy } = typeof failure === "object" && failure !== null
          // Each field is checked below.
          ? failure as Record<string, unknown>
          : {}
        const text = typeof reason === "string" ? reason : typeof message === "string" ? message : "it did not work"
        terminal.notices.show("refusal", `Replay: ${text}`, typeof remedy === "string" ? remedy : undefined)
        return undefined
      }
    )
    if (outcome !== undefined) terminal.setReplay(outcome)
  }

  return (
    <Show when={terminal.hello()?.mode === "replay" && replay()}>
      {(state) => {
        const shownTime = (): number => dragged() ?? state().now
        return (
          <section
            class="flex flex-none flex-wrap items-center gap-2 border-b border-line bg-s2 px-3 py-1"
            aria-label="Replay"
            data-testid="replay-bar"
          >
            <button
              type="button"
              class="button button-small w-24"
              data-testid="replay-play"
              disabled={state().finished && !state().playing}
              onClick={() => control({ _tag: state().playing ? "Pause" : "Play" })}
            >
              <Show when={state().playing} fallback={<Play size={12} aria-hidden="true" />}>
                <Pause size={12} aria-hidden="true" />
              </Show>
              {state().playing ? "Pause" : "Play"}
            </button>
            <div role="group" aria-label="Speed" class="flex gap-1">
              <For each={speeds}>
                {(speed) => (
                  <button
                    type="button"
                    class="button button-small"
                    aria-pressed={state().speed === speed}
                    data-testid={`replay-speed-${speed}`}
                    onClick={() => control({ _tag: "Speed", speed })}
                  >
                    {speed === 0 ? "Max" : speedText(speed)}
                  </button>
                )}
              </For>
            </div>
            <div role="group" aria-label="Step" class="flex gap-1">
              <For each={steps}>
                {(step) => (
                  <button
                    type="button"
                    class="button button-small"
                    aria-label={`Step ${step.title}`}
                    data-testid={`replay-step-${step.millis}`}
                    onClick={() => control({ _tag: "Step", millis: step.millis })}
                  >
                    <StepForward size={12} aria-hidden="true" />
                    {step.title}
                  </button>
                )}
              </For>
            </div>
            <span class="text-tape text-ink2">{time(state().from)}</span>
            <input
              class="range min-w-40 flex-1"
              type="range"
              aria-label="Time of the replay"
              aria-valuetext={dateAndTime(shownTime())}
              aria-busy={dragged() !== undefined}
              data-testid="replay-scrub"
              min={state().from}
              max={state().to}
              step={1_000}
              value={shownTime()}
              onInput={(event) => setDragged(Number(event.currentTarget.value))}
              onChange={(event) => {
                void control({ _tag: "Seek", to: Number(event.currentTarget.value) }).finally(() =>
                  setDragged(undefined)
                )
              }}
            />
            <span class="text-tape text-ink2">{time(state().to)}</span>
            <span class="w-48 text-right whitespace-nowrap font-semibold" data-testid="replay-time">
              {dateAndTime(shownTime())}
            </span>
            <span class="max-w-48 truncate text-tape text-ink2" title={state().log}>{state().log}</span>
          </section>
        )
      }}
    </Show>
  )
}
