/** One deployment: its state, parameters, positions, signals and log. */
import { useParams } from "@solidjs/router"
import { createMemo, For, type JSX, Show } from "solid-js"
import { OnceButton } from "../controls/OnceButton.tsx"
import { decimal, quantity } from "../format/numbers.ts"
import { time } from "../format/times.ts"
import { Money } from "../grid/Cells.tsx"
import { PositionsGrid } from "../positions/PositionsGrid.tsx"
import { netPaise } from "../positions/profit.ts"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { DeploymentChip } from "./DeploymentChip.tsx"
import { inWords } from "./parameterFields.ts"
import { SignalsLog } from "./SignalsLog.tsx"
import { stateText } from "./stateText.ts"

const shownLines = 300

export const DeploymentPage = (): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const params = useParams<{ id: string }>()
  const id = (): string => decodeURIComponent(params.id)
  const view = createMemo(() => terminal.deployments().get(id()))
  const lines = createMemo(() =>
    terminal.book().log
      .flatMap(({ decision, number }) => {
        if (decision._tag === "DeploymentLog") {
          return decision.deployment === id()
            ? [{ number, at: decision.at, text: `${terminal.nameOf(decision.instrument)}: ${decision.message}` }]
            : []
        }
        return decision.deployment.id === id()
          ? [{
            number,
            at: decision.at,
            text: `${decision.state}${decision.reason === "" ? "" : `: ${decision.reason}`}`
          }]
          : []
      })
      .slice(-shownLines)
      .reverse()
  )
  return (
    <Show
      when={view()}
      fallback={
        <p class="p-3 text-ink2">
          There is no deployment {id()} in this session. <a class="text-accent" href="/strategies">All strategies</a>
        </p>
      }
    >
      {(current) => (
        <div class="grid h-full grid-cols-[2fr_1fr] grid-rows-[auto_minmax(140px,1fr)_minmax(180px,2fr)] gap-2">
          <section class="panel col-span-2">
            <div class="panel-head">
              <h1>{current().deployment.strategy} · {id()}</h1>
              <DeploymentChip mode={current().deployment.mode} />
              <span classList={{ "text-warn": current().state !== "running" && current().state !== "stopped" }}>
                {stateText(current())}
              </span>
              <div class="flex-1" />
              <Show when={current().state === "running" || current().state === "paused"}>
                <OnceButton
                  class="button-small"
                  blocked={terminal.blocked()}
                  onPress={() =>
                    current().state === "paused"
                      ? terminal.run(`Resume ${id()}`, { _tag: "ResumeDeployment", deployment: id() })
                      : terminal.run(`Pause ${id()}`, { _tag: "PauseDeployment", deployment: id() })}
                >
                  {current().state === "paused" ? "Resume" : "Pause"}
                </OnceButton>
              </Show>
              <Show when={current().state !== "stopped"}>
                <button
                  type="button"
                  class="button button-small"
                  onClick={() => sheets.open({ _tag: "stop", deployment: id() })}
                >
                  Stop…
                </button>
              </Show>
            </div>
            <dl class="flex flex-wrap gap-6 px-3 py-2">
              <Figure title="Net P&L">
                <Money paise={netPaise(current())} />
              </Figure>
              <Figure title="Realised">
                <Money paise={current().realised} />
              </Figure>
              <Figure title="Open">
                <Money paise={current().unrealised} />
              </Figure>
              <Figure title="Charges">{decimal(current().charges, 2)}</Figure>
              <Figure title="Signals">{quantity(current().signals)}</Figure>
              <Figure title="Orders">{quantity(current().orders)}</Figure>
              <Figure title="Fills">{quantity(current().fills)}</Figure>
              <Figure title="Lots">{quantity(current().deployment.lots)}</Figure>
              <Figure title="Instruments">{current().deployment.instruments.join(", ")}</Figure>
            </dl>
          </section>
          <PositionsGrid book={id()} />
          <section class="panel" aria-label="Parameters">
            <div class="panel-head">
              <h2>Parameters</h2>
            </div>
            <dl class="grid min-h-0 grid-cols-[1fr_auto] gap-x-3 overflow-auto px-3 py-2" tabindex={0}>
              <For
                each={Object.entries(current().deployment.parameters)}
                fallback={<dt class="text-ink2">The strategy's own defaults.</dt>}
              >
                {([name, value]) => (
                  <>
                    <dt class="text-ink2">{inWords(name)}</dt>
                    <dd>{String(value)}</dd>
                  </>
                )}
              </For>
            </dl>
          </section>
          <SignalsLog deployment={id()} />
          <section class="panel" aria-label="Log">
            <div class="panel-head">
              <h2>Log</h2>
            </div>
            <ol class="min-h-0 flex-1 overflow-auto" tabindex={0} aria-label="Log, newest first">
              <For each={lines()} fallback={<li class="p-3 text-ink2">Nothing was logged.</li>}>
                {(line) => (
                  <li class="flex gap-2 border-b border-line px-3 py-0.5">
                    <span class="text-ink2">{time(line.at)}</span>
                    <span>{line.text}</span>
                  </li>
                )}
              </For>
            </ol>
          </section>
        </div>
      )}
    </Show>
  )
}

const Figure = (props: { readonly title: string; readonly children: JSX.Element }): JSX.Element => (
  <div>
    <dt class="text-caption text-ink2">{props.title}</dt>
    <dd class="font-semibold">{props.children}</dd>
  </div>
)
