/** What accounts hold, as their brokers say: orders, positions, holdings, of one account or of all together. */
import { type AccountBookView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createMemo, createSignal, type JSX, Match, Show, Switch } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { Money } from "../grid/Cells.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { type HeldTogether, holdingsTogether, positionsTogether } from "./aggregate.ts"
import { BrokerOrdersGrid } from "./BrokerOrdersGrid.tsx"
import { HeldGrid, openProfit } from "./HeldGrid.tsx"

type Tab = "orders" | "positions" | "holdings"

/** Stands for no account's name, which begins with a letter or digit. */
const everywhere = "*"

export const BooksPanel = (props: {
  readonly accounts: ReadonlyArray<string>
  readonly books: ReadonlyArray<AccountBookView>
  /** One account, or all when there is none. */
  readonly chosen: string | undefined
  readonly onChoose: (account: string | undefined) => void
}): JSX.Element => {
  const terminal = useTerminal()
  const [tab, setTab] = createSignal<Tab>("positions")
  const books = createMemo(() =>
    props.books.filter(({ account }) => props.chosen === undefined || account === props.chosen)
  )
  const positions = createMemo(() => positionsTogether(books()))
  const holdings = createMemo(() => holdingsTogether(books()))
  const orders = createMemo(() => books().reduce((sum, book) => sum + book.orders.length, 0))
  const shown = (): ReadonlyArray<HeldTogether> => tab() === "holdings" ? holdings() : positions()
  const open = createMemo(() => {
    // Prices move on between two looks at the books; once a second is enough for a sum.
    terminal.health()
    return shown().reduce((sum, held) => {
      const profit = openProfit(terminal, held)
      return Number.isFinite(profit) ? sum + profit : sum
    }, 0)
  })
  return (
    <section class="panel min-h-56 flex-1" aria-label="Books of the brokers" data-testid="account-book">
      <div class="panel-head">
        <h2>As the brokers have it</h2>
        <Choice
          label="Of which accounts"
          testId="books-scope"
          value={props.chosen ?? everywhere}
          onChange={(value) => props.onChoose(value === everywhere ? undefined : value)}
          options={[
            { value: everywhere, title: "All accounts" },
            ...props.accounts.map((account) => ({ value: account, title: account }))
          ]}
        />
        <div class="flex-1" />
        <Show when={tab() !== "orders" && shown().length > 0}>
          <span class="text-ink2">
            Open <Money paise={open()} testId="books-open" />
          </span>
        </Show>
        <Choice
          label="What to show"
          testId="books-tab"
          value={tab()}
          onChange={setTab}
          options={[
            { value: "positions", title: `Positions ${positions().filter(({ quantity }) => quantity !== 0).length}` },
            { value: "holdings", title: `Holdings ${holdings().length}` },
            { value: "orders", title: `Orders ${orders()}` }
          ]}
        />
      </div>
      <Switch>
        <Match when={tab() === "orders"}>
          <BrokerOrdersGrid books={books()} withAccount={props.chosen === undefined} />
        </Match>
        <Match when={tab() === "positions"}>
          <HeldGrid
            label="Positions at the brokers"
            testId="broker-positions"
            held={positions()}
            withAccounts={props.chosen === undefined}
            kind="positions"
            empty="No positions today."
          />
        </Match>
        <Match when={tab() === "holdings"}>
          <HeldGrid
            label="Holdings at the brokers"
            testId="broker-holdings"
            held={holdings()}
            withAccounts={props.chosen === undefined}
            kind="holdings"
            empty="No holdings."
          />
        </Match>
      </Switch>
    </section>
  )
}
