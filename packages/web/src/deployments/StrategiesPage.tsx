import { type JSX } from "solid-js"
import { DeploymentsGrid } from "./DeploymentsGrid.tsx"
import { SignalsLog } from "./SignalsLog.tsx"

export const StrategiesPage = (): JSX.Element => (
  <div class="grid h-full grid-rows-[minmax(160px,2fr)_minmax(200px,3fr)] gap-2">
    <h1 class="sr-only">Strategies</h1>
    <DeploymentsGrid />
    <SignalsLog />
  </div>
)
