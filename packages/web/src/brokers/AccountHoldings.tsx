/** What an account holds, as its broker says: orders, positions, holdings. */
import { type AccountBookView, type BrokerOrderView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createMemo, createSignal, type JSX, Match, Switch } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { price, quantity } from "../format/numbers.ts"
import { time } from "../format/times.ts"
import { Money, Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"

type Tab = "orders" | "positions" | "holdings"

const sameKeys = {
  equals: (a: ReadonlyArray<string>, b: ReadonlyArray<string>) =>
    a.length === b.length && a.every((key, place) => key === b[place])
}

export const AccountHoldings = (props: {
  readonly account: string
  readonly book: AccountBookView | undefined
}): JSX.Element => {
  const [tab, setTab] = createSignal<Tab>("orders")
  const orders = createMemo(() => new Map(props.book?.orders.map((order) => [order.orderId, order])))
  const positions = createMemo(() =>
    new Map(props.book?.positions.map((each) => [`${each.symbol} ${each.product}`, each]))
  )
  const holdings = createMemo(() => new Map(props.book?.holdings.map((each) => [each.symbol, each])))
  const orderRows = createMemo(() => [...orders().keys()], [], sameKeys)
  const positionRows = createMemo(() => [...positions().keys()], [], sameKeys)
  const holdingRows = createMemo(() => [...holdings().keys()], [], sameKeys)
  const order = (id: string): BrokerOrderView | undefined => orders().get(id)

  const orderColumns: ReadonlyArray<Column<string>> = [
    { id: "time", title: "Time, IST", width: "76px", cell: (id) => time(order(id)?.changedAt ?? 0) },
    {
      id: "id",
      title: "Broker's id",
      width: "minmax(140px, 1fr)",
      cell: (id) => <span class="truncate-cell">{id}</span>
    },
    {
      id: "symbol",
      title: "Instrument",
      width: "minmax(160px, 1.5fr)",
      cell: (id) => <span class="truncate-cell">{order(id)?.symbol}</span>
    },
    { id: "side", title: "Side", width: "56px", cell: (id) => order(id)?.side.toUpperCase() },
    {
      id: "filled",
      title: "Filled / total",
      width: "100px",
      end: true,
      cell: (id) => <Num text={`${quantity(order(id)?.filled ?? 0)} / ${quantity(order(id)?.quantity ?? 0)}`} />
    },
    { id: "type", title: "Type", width: "84px", cell: (id) => order(id)?.type.replace("-", " ") },
    {
      id: "limit",
      title: "Limit",
      width: "84px",
      end: true,
      cell: (id) => <Num text={price(order(id)?.limitPrice ?? Number.NaN)} />
    },
    {
      id: "average",
      title: "Average",
      width: "84px",
      end: true,
      cell: (id) => <Num text={price(order(id)?.averagePrice ?? Number.NaN)} />
    },
    {
      id: "status",
      title: "Status",
      width: "minmax(100px, 0.8fr)",
      cell: (id) => (
        <span class="truncate-cell" title={order(id)?.brokerStatus} data-testid={`broker-order-${id}`}>
          {order(id)?.status}
        </span>
      )
    },
    {
      id: "tag",
      title: "Tag",
      width: "minmax(130px, 0.8fr)",
      cell: (id) => <span class="truncate-cell text-ink2">{order(id)?.tag}</span>
    },
    {
      id: "reason",
      title: "Reason",
      width: "minmax(80px, 1.5fr)",
      cell: (id) => <span class="truncate-cell text-ink2" title={order(id)?.reason}>{order(id)?.reason}</span>
    }
  ]
  const positionColumns: ReadonlyArray<Column<string>> = [
    { id: "symbol", title: "Instrument", width: "minmax(160px, 2fr)", cell: (key) => positions().get(key)?.symbol },
    { id: "product", title: "Product", width: "88px", cell: (key) => positions().get(key)?.product },
    {
      id: "quantity",
      title: "Quantity",
      width: "88px",
      end: true,
      cell: (key) => <Num text={quantity(positions().get(key)?.quantity ?? Number.NaN)} />
    },
    {
      id: "average",
      title: "Average",
      width: "96px",
      end: true,
      cell: (key) => <Num text={price(positions().get(key)?.averagePrice ?? Number.NaN)} />
    },
    {
      id: "last",
      title: "Last",
      width: "96px",
      end: true,
      cell: (key) => <Num text={price(positions().get(key)?.lastPrice ?? Number.NaN)} />
    },
    {
      id: "realised",
      title: "Realised, ₹",
      width: "110px",
      end: true,
      cell: (key) => <Money paise={positions().get(key)?.realised ?? Number.NaN} />
    }
  ]
  const holdingColumns: ReadonlyArray<Column<string>> = [
    { id: "symbol", title: "Instrument", width: "minmax(160px, 2fr)", cell: (key) => key },
    {
      id: "quantity",
      title: "Quantity",
      width: "88px",
      end: true,
      cell: (key) => <Num text={quantity(holdings().get(key)?.quantity ?? Number.NaN)} />
    },
    {
      id: "unsettled",
      title: "Unsettled",
      width: "88px",
      end: true,
      cell: (key) => <Num text={quantity(holdings().get(key)?.unsettled ?? Number.NaN)} />
    },
    {
      id: "average",
      title: "Average",
      width: "96px",
      end: true,
      cell: (key) => <Num text={price(holdings().get(key)?.averagePrice ?? Number.NaN)} />
    },
    {
      id: "last",
      title: "Last",
      width: "96px",
      end: true,
      cell: (key) => <Num text={price(holdings().get(key)?.lastPrice ?? Number.NaN)} />
    }
  ]
  return (
    <section class="panel min-h-48 flex-1" aria-label={`Books of ${props.account}`} data-testid="account-book">
      <div class="panel-head">
        <h2 class="flex-1">{props.account}, as its broker has it</h2>
        <Choice
          label="What to show"
          value={tab()}
          onChange={setTab}
          options={[
            { value: "orders", title: `Orders ${orderRows().length}` },
            { value: "positions", title: `Positions ${positionRows().length}` },
            { value: "holdings", title: `Holdings ${holdingRows().length}` }
          ]}
        />
      </div>
      <Switch>
        <Match when={tab() === "orders"}>
          <Grid label="Broker's orders" rows={orderRows()} columns={orderColumns} empty="No orders today." />
        </Match>
        <Match when={tab() === "positions"}>
          <Grid label="Broker's positions" rows={positionRows()} columns={positionColumns} empty="No positions." />
        </Match>
        <Match when={tab() === "holdings"}>
          <Grid label="Broker's holdings" rows={holdingRows()} columns={holdingColumns} empty="No holdings." />
        </Match>
      </Switch>
    </section>
  )
}
