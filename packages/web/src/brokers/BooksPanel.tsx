/** What accounts hold, as their brokers say: orders, positions, holdings, GTT orders, of one account or of all together. */
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { type AccountBookView, type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createEffect, createMemo, createSignal, type JSX, Match, Show, Switch } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { saveCsv } from "../format/csv.ts"
import { Money } from "../grid/Cells.tsx"
import { doubts } from "../gtt/doubts.ts"
import { makeGttLists } from "../gtt/GttLists.ts"
import { GttPanel, gttTogether } from "../gtt/GttPanel.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { type HeldTogether, holdingsTogether, ordersTogether, positionsTogether } from "./aggregate.ts"
import { gttCsv, holdingsCsv, ordersCsv, positionsCsv } from "./booksCsv.ts"
import { BrokerOrdersGrid, oursByTag } from "./BrokerOrdersGrid.tsx"
import { HeldGrid, pricesNow } from "./HeldGrid.tsx"

type Tab = "orders" | "positions" | "holdings" | "gtt"

/** Stands for no account's name, which begins with a letter or digit. */
const everywhere = "*"

export const BooksPanel = (props: {
  readonly accounts: ReadonlyArray<string>
  readonly accountOf: (account: string) => AccountView | undefined
  /** Clock of the server, epoch ms. */
  readonly serverTime: number
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
  const orders = createMemo(() => ordersTogether(books()))
  const lists = makeGttLists(
    (account) => terminal.link.ask((rpc) => rpc.GttOrders({ account })),
    () => props.serverTime
  )
  /** Those that can have GTT orders; a sandbox has none. */
  const ofGtt = createMemo(
    () =>
      (props.chosen === undefined ? props.accounts : [props.chosen])
        .filter((account) => props.accountOf(account)?.sandbox === false),
    [],
    {
      equals: (a, b) => a.length === b.length && a.every((account, place) => account === b[place])
    }
  )
  const gtts = createMemo(() => gttTogether(ofGtt(), lists))
  const isKnown = (): boolean => ofGtt().some((account) => lists.of(account)?.at !== undefined)
  createEffect(() => {
    if (tab() === "gtt" && terminal.hello()?.scope === "admin") lists.lookOnce(ofGtt())
  })
  const shown = (): ReadonlyArray<HeldTogether> =>
    tab() === "holdings" ? holdings() : tab() === "positions" ? positions() : []
  const open = createMemo(() => {
    // Prices move on between two looks at the books; once a second is enough for a sum.
    terminal.health()
    return shown().reduce((sum, held) => {
      const profit = pricesNow(terminal, held).open
      return Number.isFinite(profit) ? sum + profit : sum
    }, 0)
  })
  const rows = (): number => tab() === "orders" ? orders().length : tab() === "gtt" ? gtts().length : shown().length
  const asCsv = (): string => {
    const prices = (held: HeldTogether) => pricesNow(terminal, held)
    switch (tab()) {
      case "positions":
        return positionsCsv(positions(), prices)
      case "holdings":
        return holdingsCsv(holdings(), prices)
      case "orders": {
        const ours = oursByTag(terminal)
        return ordersCsv(orders(), (tag) => tag === undefined ? undefined : ours.get(tag))
      }
      case "gtt":
        return gttCsv(gtts())
    }
  }
  const save = (): void => {
    saveCsv(`${tab()}-${props.chosen ?? "all-accounts"}-${formatIstDate(props.serverTime)}.csv`, asCsv())
  }
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
        <Show when={shown().length > 0}>
          <span class="text-ink2">
            Open <Money paise={open()} testId="books-open" />
          </span>
        </Show>
        <Show when={rows() > 0}>
          <button
            type="button"
            class="button button-small"
            title="Save what is shown as a file for spreadsheets"
            data-testid="books-csv"
            onClick={save}
          >
            CSV
          </button>
        </Show>
        <Choice
          label="What to show"
          testId="books-tab"
          value={tab()}
          onChange={setTab}
          options={[
            { value: "positions", title: `Positions ${positions().filter(({ quantity }) => quantity !== 0).length}` },
            { value: "holdings", title: `Holdings ${holdings().length}` },
            { value: "orders", title: `Orders ${orders().length}` },
            {
              value: "gtt",
              title: `GTT${isKnown() ? ` ${gtts().length}` : ""}${
                doubts().length > 0 ? `, ${doubts().length} in doubt` : ""
              }`
            }
          ]}
        />
      </div>
      <Switch>
        <Match when={tab() === "orders"}>
          <BrokerOrdersGrid orders={orders()} withAccount={props.chosen === undefined} />
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
        <Match when={tab() === "gtt"}>
          <GttPanel
            accounts={ofGtt()}
            accountOf={props.accountOf}
            serverTime={props.serverTime}
            lists={lists}
            rows={gtts()}
            withAccount={props.chosen === undefined}
          />
        </Match>
      </Switch>
    </section>
  )
}
