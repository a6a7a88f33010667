import { type JSX } from "solid-js"
import { MarketWatch } from "../market/MarketWatch.tsx"

export const MarketPage = (): JSX.Element => (
  <>
    <h1 class="sr-only">Market</h1>
    <MarketWatch columns="all" />
  </>
)
