import { type DeploymentView } from "@keepgaining/rpc/contract/Trading.ts"
import { useNavigate } from "@solidjs/router"
import { createMemo, type JSX, Show } from "solid-js"
import { OnceButton } from "../controls/OnceButton.tsx"
import { quantity } from "../format/numbers.ts"
import { Money, Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { netPaise } from "../positions/profit.ts"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { DeploymentChip } from "./DeploymentChip.tsx"
import { stateText } from "./stateText.ts"

export const DeploymentsGrid = (props: { readonly compact?: boolean }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const navigate = useNavigate()
  const rows = createMemo(() => [...terminal.deployments().keys()])
  const of = (id: string): DeploymentView | undefined => terminal.deployments().get(id)
  const command = (id: string, _tag: "PauseDeployment" | "ResumeDeployment"): Promise<unknown> =>
    terminal.run(`${_tag === "PauseDeployment" ? "Pause" : "Resume"} ${id}`, { _tag, deployment: id })

  const columns: ReadonlyArray<Column<string>> = [
    {
      id: "name",
      title: "Deployment",
      width: "minmax(104px, 1.4fr)",
      cell: (id) => (
        <a
          href={`/strategies/${encodeURIComponent(id)}`}
          tabindex={-1}
          class="truncate-cell text-accent hover:underline"
        >
          {id}
        </a>
      )
    },
    {
      id: "mode",
      title: "Mode",
      width: "80px",
      cell: (id) => <DeploymentChip mode={of(id)?.deployment.mode} />
    },
    {
      id: "state",
      title: "State",
      width: "minmax(92px, 1.4fr)",
      cell: (id) => (
        <span
          class="truncate-cell"
          classList={{ "text-warn": of(id)?.state === "paused" || of(id)?.state === "crashed" }}
          title={stateText(of(id))}
          data-testid={`deployment-state-${id}`}
          data-state={of(id)?.state}
        >
          {stateText(of(id))}
        </span>
      )
    },
    {
      id: "net",
      title: "Net P&L",
      width: "104px",
      end: true,
      cell: (id) => <Money paise={netPaise(of(id))} testId={`deployment-net-${id}`} />
    },
    ...(props.compact === true ? [] : [
      {
        id: "realised",
        title: "Realised",
        width: "104px",
        end: true,
        cell: (id: string) => <Money paise={of(id)?.realised ?? Number.NaN} />
      },
      {
        id: "open",
        title: "Open",
        width: "104px",
        end: true,
        cell: (id: string) => <Money paise={of(id)?.unrealised ?? Number.NaN} />
      },
      {
        id: "signals",
        title: "Signals",
        width: "64px",
        end: true,
        cell: (id: string) => <Num text={quantity(of(id)?.signals ?? Number.NaN)} testId={`deployment-signals-${id}`} />
      },
      {
        id: "orders",
        title: "Orders",
        width: "64px",
        end: true,
        cell: (id: string) => <Num text={quantity(of(id)?.orders ?? Number.NaN)} />
      }
    ]),
    ...(props.compact === true ? [] : [
      {
        id: "fills",
        title: "Fills",
        width: "56px",
        end: true,
        cell: (id: string) => <Num text={quantity(of(id)?.fills ?? Number.NaN)} />
      },
      {
        id: "last",
        title: "Last event",
        width: "minmax(160px, 2fr)",
        cell: (id: string) => <span class="truncate-cell text-ink2" title={of(id)?.lastEvent}>{of(id)?.lastEvent}</span>
      }
    ]),
    {
      id: "pause",
      title: "Pause or resume",
      quietTitle: true,
      width: "68px",
      flush: true,
      cell: (id) => (
        <Show when={of(id)?.state === "running" || of(id)?.state === "paused"}>
          <OnceButton
            class="button-row w-full"
            tabindex={-1}
            testId={`deployment-pause-${id}`}
            blocked={terminal.blocked()}
            label={`${of(id)?.state === "paused" ? "Resume" : "Pause"} ${id}`}
            onPress={() => command(id, of(id)?.state === "paused" ? "ResumeDeployment" : "PauseDeployment")}
          >
            {of(id)?.state === "paused" ? "Resume" : "Pause"}
          </OnceButton>
        </Show>
      )
    },
    {
      id: "stop",
      title: "Stop",
      quietTitle: true,
      width: "48px",
      flush: true,
      cell: (id) => (
        <Show when={of(id)?.state !== "stopped"}>
          <button
            type="button"
            class="button button-row w-full"
            tabindex={-1}
            aria-label={`Stop ${id}`}
            data-testid={`deployment-stop-${id}`}
            onClick={() => sheets.open({ _tag: "stop", deployment: id })}
          >
            Stop
          </button>
        </Show>
      )
    }
  ]

  return (
    <section class="panel h-full" aria-label="Deployments">
      <div class="panel-head">
        <h2>Deployments</h2>
        <span class="chip">{rows().length}</span>
        <div class="flex-1" />
        <button
          type="button"
          class="button button-small"
          data-testid="deploy"
          title={terminal.blocked()}
          disabled={terminal.blocked() !== undefined}
          onClick={() => sheets.open({ _tag: "deploy", symbols: [] })}
        >
          Start a strategy
        </button>
      </div>
      <Grid
        label="Deployments"
        testId="deployments"
        rows={rows()}
        columns={columns}
        rowTestId={(id) => `deployment-${id}`}
        empty="No strategy is running. Start one to get signals and paper orders."
        onOpen={(id) => navigate(`/strategies/${encodeURIComponent(id)}`)}
      />
    </section>
  )
}
