/** The order books of brokers, with everything in them: also what was not sent from here. */
import { type BrokerOrderView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createMemo, type JSX, Show } from "solid-js"
import { price, quantity } from "../format/numbers.ts"
import { time } from "../format/times.ts"
import { Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { type Terminal, useTerminal } from "../state/Terminal.ts"
import { type BookOrder } from "./aggregate.ts"

/** Our orders by the tags that brokers know them by. */
export const oursByTag = (terminal: Terminal): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const [id, { decision }] of terminal.book().routes) for (const { tag } of decision.slices) found.set(tag, id)
  return found
}

const sameKeys = {
  equals: (a: ReadonlyArray<string>, b: ReadonlyArray<string>) =>
    a.length === b.length && a.every((key, place) => key === b[place])
}

export const BrokerOrdersGrid = (props: {
  readonly orders: ReadonlyArray<BookOrder>
  readonly withAccount: boolean
}): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const byKey = createMemo(() => new Map(props.orders.map((row) => [`${row.account} ${row.order.orderId}`, row])))
  const rows = createMemo(() => [...byKey().keys()], [], sameKeys)
  const of = (key: string): BrokerOrderView | undefined => byKey().get(key)?.order
  const ours = createMemo(() => oursByTag(terminal))
  const columns = createMemo((): ReadonlyArray<Column<string>> => [
    { id: "time", title: "Time, IST", width: "76px", cell: (key) => time(of(key)?.changedAt ?? 0) },
    ...(props.withAccount
      ? [{
        id: "account",
        title: "Account",
        width: "minmax(88px, 0.8fr)",
        cell: (key: string) => <span class="truncate-cell">{byKey().get(key)?.account}</span>
      }]
      : []),
    {
      id: "ours",
      title: "Order",
      width: "68px",
      flush: true,
      cell: (key) => (
        <Show
          when={ours().get(of(key)?.tag ?? "")}
          fallback={<span class="px-2 text-ink3" title="It was not sent by this session">other</span>}
        >
          {(id) => (
            <button
              type="button"
              class="button button-row"
              tabindex={-1}
              aria-label={`Timeline of order ${id()}`}
              onClick={() => sheets.open({ _tag: "order", orderId: id() })}
            >
              {id()}
            </button>
          )}
        </Show>
      )
    },
    {
      id: "id",
      title: "Broker's id",
      width: "minmax(112px, 1fr)",
      cell: (key) => <span class="truncate-cell text-ink2" title={of(key)?.orderId}>{of(key)?.orderId}</span>
    },
    {
      id: "symbol",
      title: "Instrument",
      width: "minmax(144px, 1.3fr)",
      cell: (key) => <span class="truncate-cell" title={of(key)?.symbol}>{of(key)?.symbol}</span>
    },
    {
      id: "side",
      title: "Side",
      width: "52px",
      cell: (key) => <span class="font-medium">{of(key)?.side.toUpperCase()}</span>
    },
    {
      id: "filled",
      title: "Filled / total",
      width: "96px",
      end: true,
      cell: (key) => <Num text={`${quantity(of(key)?.filled ?? 0)} / ${quantity(of(key)?.quantity ?? 0)}`} />
    },
    { id: "type", title: "Type", width: "76px", cell: (key) => of(key)?.type.replace("-", " ") },
    {
      id: "limit",
      title: "Limit",
      width: "80px",
      end: true,
      cell: (key) => <Num text={price(of(key)?.limitPrice ?? Number.NaN)} />
    },
    {
      id: "average",
      title: "Average",
      width: "80px",
      end: true,
      cell: (key) => <Num text={price(of(key)?.averagePrice ?? Number.NaN)} />
    },
    {
      id: "status",
      title: "Status",
      width: "84px",
      cell: (key) => (
        <span
          class="truncate-cell"
          classList={{ "text-warn": of(key)?.status === "rejected" || of(key)?.status === "unknown" }}
          title={`${of(key)?.brokerStatus ?? ""} (the broker's word)`}
          data-testid={`broker-order-${of(key)?.orderId ?? key}`}
        >
          {of(key)?.status}
        </span>
      )
    },
    {
      id: "reason",
      title: "Reason",
      width: "minmax(80px, 1.5fr)",
      cell: (key) => <span class="truncate-cell text-ink2" title={of(key)?.reason}>{of(key)?.reason}</span>
    }
  ])
  return (
    <Grid
      label="Orders at the brokers"
      testId="broker-orders"
      rows={rows()}
      columns={columns()}
      empty="No orders today."
    />
  )
}
