/** The day at a glance: result, positions, deployments, market, and what needs attention. */
import { createMemo, type JSX, Show } from "solid-js"
import { AttentionList } from "../alarms/AttentionList.tsx"
import { DeploymentsGrid } from "../deployments/DeploymentsGrid.tsx"
import { decimal, quantity } from "../format/numbers.ts"
import { Money, Num } from "../grid/Cells.tsx"
import { MarketWatch } from "../market/MarketWatch.tsx"
import { PositionsGrid } from "../positions/PositionsGrid.tsx"
import { netByVenue, netPaise } from "../positions/profit.ts"
import { useTerminal } from "../state/Terminal.ts"

export const HomePage = (): JSX.Element => (
  <div class="grid h-full min-h-[560px] grid-cols-[minmax(0,3fr)_minmax(0,2fr)] grid-rows-[auto_minmax(0,2fr)_minmax(0,3fr)] gap-2">
    <h1 class="sr-only">Home</h1>
    <Figures />
    <PositionsGrid compact />
    <DeploymentsGrid compact />
    <MarketWatch columns="trading" />
    <AttentionList />
  </div>
)

const Figures = (): JSX.Element => {
  const terminal = useTerminal()
  const portfolio = terminal.portfolio
  const sums = createMemo(() => netByVenue(portfolio()))
  const isMixed = (): boolean => sums().live !== undefined && sums().paper !== undefined
  const open = (): number => (portfolio()?.positions ?? []).filter((one) => one.quantity !== 0).length
  return (
    <dl class="panel col-span-2 flex-row flex-wrap gap-x-10 gap-y-1 px-3 py-1.5" data-testid="figures">
      <Show
        when={isMixed()}
        fallback={
          <>
            <Figure title="Net, ₹">
              <Money paise={netPaise(portfolio())} testId="net" />
            </Figure>
            <Figure title="Realised">
              <Money paise={portfolio()?.realised ?? Number.NaN} testId="realised" />
            </Figure>
            <Figure title="Open">
              <Money paise={portfolio()?.unrealised ?? Number.NaN} testId="unrealised" />
            </Figure>
          </>
        }
      >
        <Figure title="Net live, ₹">
          <Money paise={sums().live ?? Number.NaN} testId="net-live" />
        </Figure>
        <Figure title="Net paper, ₹">
          <Money paise={sums().paper ?? Number.NaN} testId="net-paper" />
        </Figure>
      </Show>
      <Figure title="Charges">
        <Num text={decimal(portfolio()?.charges ?? Number.NaN, 2)} testId="charges" />
      </Figure>
      <Figure title="Open positions">{portfolio() === undefined ? "–" : quantity(open())}</Figure>
      <Figure title="Working orders">{quantity(portfolio()?.workingOrders ?? Number.NaN)}</Figure>
      <Figure title="Deployments">{quantity(terminal.deployments().size)}</Figure>
    </dl>
  )
}

const Figure = (props: { readonly title: string; readonly children: JSX.Element }): JSX.Element => (
  <div>
    <dt class="text-caption text-ink2">{props.title}</dt>
    <dd class="text-section font-semibold">{props.children}</dd>
  </div>
)
