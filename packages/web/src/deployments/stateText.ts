import { type DeploymentView } from "@keepgaining/rpc/contract/Trading.ts"

/** `running`, `warming up, 12 candles`, `paused: daily loss`. */
export const stateText = (view: DeploymentView | undefined): string => {
  if (view === undefined) return "–"
  if (view.state === "running") {
    return view.warmupLeft > 0 ? `warming up, ${view.warmupLeft} candles` : "running"
  }
  return view.reason === "" ? view.state : `${view.state}: ${view.reason}`
}
