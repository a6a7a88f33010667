/**
 * The kill switch: four stages, each with what it does and does not do, the counts before and what became of it. It goes
 * over the socket, and as a plain request when that does not answer.
 */
import { type KillStage } from "@keepgaining/core/commands/Command.ts"
import { createMemo, createSignal, For, type JSX, Show } from "solid-js"
import { OnceButton } from "../controls/OnceButton.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { large, quantity, rupees } from "../format/numbers.ts"
import { isLive } from "../link/LinkState.ts"
import { useTerminal } from "../state/Terminal.ts"
import { useSheets } from "./Sheets.tsx"

type Stage = Exclude<KillStage, "none">

interface StageText {
  readonly stage: Stage
  readonly title: string
  readonly does: string
  readonly button: string
}

const stages: ReadonlyArray<StageText> = [
  {
    stage: "pause",
    title: "1 Pause entries",
    does: "Nothing opens new exposure. Exits, stops and working exit orders go on.",
    button: "Pause entries"
  },
  {
    stage: "stop",
    title: "2 Stop and cancel",
    does: "Also stops all strategies and cancels all working orders. Positions stay open: look after them.",
    button: "Stop and cancel"
  },
  {
    stage: "flatten",
    title: "3 Flatten",
    does: "Also squares off every position, reduce-only. It cannot open or reverse one.",
    button: "Flatten everything"
  },
  {
    stage: "lock",
    title: "4 Lock until the next session",
    does: "Stops, cancels, flattens, and refuses trading until the next session. It cannot be undone here.",
    button: "Lock the session"
  }
]

const rank: Readonly<Record<KillStage, number>> = { none: 0, pause: 1, stop: 2, flatten: 3, lock: 4 }

export const stageTitles: Readonly<Record<KillStage, string>> = {
  none: "trading",
  pause: "entries paused",
  stop: "stopped",
  flatten: "flattened",
  lock: "locked"
}

/** How long the socket has to answer before the plain request is tried. */
const answerMillis = 3_000

/** How long the plain request may take, ms. */
const requestMillis = 15_000

const byRequest = async (commandId: string, stage: KillStage): Promise<string> => {
  const response = await fetch("/kill", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ stage, commandId }),
    signal: AbortSignal.timeout(requestMillis)
  })
  if (response.ok) return "done by a direct request"
  const text = await response.text()
  throw new Error(text.slice(0, 300))
}

export const KillSheet = (): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const [progress, setProgress] = createSignal<ReadonlyArray<string>>([])
  const [locking, setLocking] = createSignal(false)
  const note = (text: string): void => void setProgress((lines) => [...lines, text])

  const openPositions = createMemo(() => (terminal.portfolio()?.positions ?? []).filter((one) => one.quantity !== 0))
  const exposure = createMemo(() =>
    openPositions().reduce((sum, one) => sum + Math.abs(one.quantity) * one.lastPrice, 0)
  )
  const current = terminal.killStage

  const press = async (stage: KillStage): Promise<void> => {
    const commandId = crypto.randomUUID()
    const started = performance.now()
    const took = (): string => `${Math.round(performance.now() - started)} ms`
    note(`${stage === "none" ? "Resume" : stageTitles[stage]}: sent`)
    try {
      if (isLive(terminal.linkState())) {
        const late = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), answerMillis))
        const outcome = await Promise.race([
          terminal.link.execute(commandId, { _tag: "Kill", stage }, () => {}),
          late
        ])
        if (outcome !== "late") {
          note(
            outcome._tag === "Done"
              ? `Engine: done in ${took()}`
              : outcome._tag === "Refused"
              ? `Engine refused: ${outcome.reason} ${outcome.remedy}`
              : `Engine refused: ${outcome.message}`
          )
          return
        }
        note("No answer over the socket; trying a direct request")
      }
      note(`Engine: ${await byRequest(commandId, stage)} in ${took()}`)
    } catch (failure) {
      note(
        `Failed: ${
          failure instanceof Error ? failure.message : String(failure)
        }. Use your broker's own terminal or dealing desk.`
      )
    } finally {
      setLocking(false)
    }
  }

  return (
    <Sheet
      title="Kill switch"
      description="Each stage includes the ones before it. Every press is recorded."
      onClose={sheets.close}
      testId="kill-sheet"
      wide
    >
      <dl class="flex gap-6 border-b border-line px-3 py-2" aria-label="Now">
        <div>
          <dt class="text-caption text-ink2">Working orders</dt>
          <dd class="text-section font-semibold" data-testid="kill-working">
            {quantity(terminal.portfolio()?.workingOrders ?? Number.NaN)}
          </dd>
        </div>
        <div>
          <dt class="text-caption text-ink2">Open positions</dt>
          <dd class="text-section font-semibold" data-testid="kill-positions">
            {terminal.portfolio() === undefined ? "–" : quantity(openPositions().length)}
          </dd>
        </div>
        <div>
          <dt class="text-caption text-ink2">Exposure</dt>
          <dd class="text-section font-semibold" title={rupees(exposure())}>₹{large(exposure() / 100)}</dd>
        </div>
        <div>
          <dt class="text-caption text-ink2">State</dt>
          <dd class="text-section font-semibold" data-testid="kill-state">{stageTitles[current()]}</dd>
        </div>
      </dl>
      <ul>
        <For each={stages}>
          {(entry) => {
            const reached = (): boolean => rank[current()] >= rank[entry.stage]
            return (
              <li class="flex items-center gap-4 border-b border-line px-3 py-2">
                <div class="flex-1">
                  <h3 class="font-semibold">
                    {entry.title}
                    <Show when={reached()}>
                      <span class="chip chip-warn ml-2">in force</span>
                    </Show>
                  </h3>
                  <p class="text-ink2">{entry.does}</p>
                </div>
                <Show
                  when={entry.stage !== "lock" || locking()}
                  fallback={
                    <button
                      type="button"
                      class="button w-40"
                      disabled={current() === "lock"}
                      onClick={() => setLocking(true)}
                      data-testid="kill-lock-arm"
                    >
                      Lock…
                    </button>
                  }
                >
                  <OnceButton
                    class="button-danger w-40"
                    testId={`kill-${entry.stage}`}
                    blocked={current() === "lock" ? "Locked until the next session" : undefined}
                    onPress={() => press(entry.stage)}
                  >
                    {entry.stage === "lock" ? "Yes, lock it" : entry.button}
                  </OnceButton>
                </Show>
              </li>
            )
          }}
        </For>
      </ul>
      <div class="flex items-start gap-4 px-3 py-2">
        <div class="flex-1">
          <h3 class="font-semibold">Progress</h3>
          <ol class="min-h-5 text-ink2" data-testid="kill-progress" aria-live="polite">
            <For each={progress()} fallback={<li>Nothing was pressed.</li>}>
              {(line) => <li>{line}</li>}
            </For>
            <Show when={progress().length > 0}>
              <li>
                Now {quantity(terminal.portfolio()?.workingOrders ?? Number.NaN)} working orders,{" "}
                {openPositions().length} open positions.
              </li>
            </Show>
          </ol>
        </div>
        <OnceButton
          class="w-40"
          testId="kill-resume"
          blocked={current() === "none"
            ? "Nothing is paused"
            : current() === "lock"
            ? "Locked until the next session"
            : undefined}
          onPress={() => press("none")}
        >
          Allow entries again
        </OnceButton>
      </div>
    </Sheet>
  )
}
