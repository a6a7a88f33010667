/** The blotter: working orders, all orders, trades. */
import { isWorking, type Order } from "@keepgaining/core/orders/Order.ts"
import { useSearchParams } from "@solidjs/router"
import { createMemo, createSignal, type JSX, Match, Switch } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { newestOrders } from "../state/EventBook.ts"
import { useTerminal } from "../state/Terminal.ts"
import { OrdersGrid } from "./OrdersGrid.tsx"
import { TradesGrid } from "./TradesGrid.tsx"

type Tab = "working" | "all" | "trades"

export const OrdersPage = (): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const [search, setSearch] = useSearchParams<{ tab: Tab }>()
  const [filter, setFilter] = createSignal("")
  const tab = (): Tab => search.tab === "all" || search.tab === "trades" ? search.tab : "working"
  const fits = (order: Order): boolean => {
    const words = filter().toLowerCase().split(/\s+/)
    const { account = "", book, id, instrument, side, status, venue } = order
    const text = `${id} ${terminal.nameOf(instrument)} ${book} ${status} ${side} ${venue} ${account}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  const working = createMemo(() =>
    newestOrders(terminal.book(), (order) => isWorking(order.status)).map((order) => order.id)
  )
  const found = createMemo(() =>
    newestOrders(terminal.book(), (order) => (tab() === "all" || isWorking(order.status)) && fits(order)).map((order) =>
      order.id
    )
  )
  const cancelAll = (): Promise<unknown> =>
    Promise.all(working().map((orderId) => terminal.run(`Cancel ${orderId}`, { _tag: "CancelOrder", orderId })))

  return (
    <section class="panel h-full" aria-label="Orders">
      <div class="panel-head">
        <h1>Orders</h1>
        <Choice<Tab>
          label="Which orders"
          testId="orders-tabs"
          options={[
            { value: "working", title: `Working ${working().length}` },
            { value: "all", title: `All ${terminal.book().orders.size}` },
            { value: "trades", title: `Trades ${terminal.book().fills.length}` }
          ]}
          value={tab()}
          onChange={(next) => setSearch({ tab: next })}
        />
        <div class="flex-1" />
        <input
          class="field max-w-48"
          type="search"
          placeholder="Filter  /"
          aria-label="Filter orders"
          data-filter
          value={filter()}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <button
          type="button"
          class="button button-small"
          data-testid="order-new"
          disabled={sheets.focused() === undefined}
          title={sheets.focused() === undefined
            ? "Choose an instrument first, in the market watch or on the chart"
            : undefined}
          onClick={() => {
            const instrument = sheets.focused()
            if (instrument !== undefined) sheets.open({ _tag: "ticket", side: "buy", instrument })
          }}
        >
          New order
        </button>
        <OnceButton
          class="button-small"
          testId="cancel-all"
          blocked={terminal.blocked() ?? (working().length === 0 ? "No working order" : undefined)}
          onPress={cancelAll}
        >
          Cancel all working
        </OnceButton>
      </div>
      <Switch>
        <Match when={tab() === "trades"}>
          <TradesGrid filter={filter()} />
        </Match>
        <Match when={tab() !== "trades"}>
          <OrdersGrid
            rows={found()}
            empty={tab() === "working"
              ? "No working order. Press B or S on an instrument to trade."
              : "No order in this session yet."}
          />
        </Match>
      </Switch>
    </section>
  )
}
