import { isWorking, type Order } from "@keepgaining/core/orders/Order.ts"
import CircleHelp from "lucide-solid/icons/circle-question-mark"
import { createMemo, type JSX, Show } from "solid-js"
import { OnceButton } from "../controls/OnceButton.tsx"
import { price, quantity } from "../format/numbers.ts"
import { time, timeWithMillis } from "../format/times.ts"
import { Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { reasonLines, statusText } from "./orderText.ts"
import { VenueChip } from "./VenueChip.tsx"

const asking = "No answer came: the order may exist. The engine looks for it and sends nothing again before it knows."

export const OrdersGrid = (
  props: { readonly rows: ReadonlyArray<string>; readonly empty: JSX.Element }
): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const of = (id: string): Order | undefined => terminal.book().orders.get(id)
  const working = (id: string): boolean => {
    const order = of(id)
    return order !== undefined && isWorking(order.status)
  }
  const isLive = createMemo(() => terminal.portfolio()?.live === true)
  const columns = createMemo((): ReadonlyArray<Column<string>> => [
    {
      id: "time",
      title: "Time, IST",
      width: "72px",
      cell: (id) => (
        <span class="text-ink2" title={`${timeWithMillis(of(id)?.createdAt ?? 0)} IST`}>
          {time(of(id)?.createdAt ?? 0)}
        </span>
      )
    },
    {
      id: "order",
      title: "Order",
      width: "56px",
      flush: true,
      cell: (id) => (
        <button
          type="button"
          class="button button-row"
          tabindex={-1}
          aria-label={`Timeline of order ${id}`}
          onClick={() => sheets.open({ _tag: "order", orderId: id })}
        >
          {id}
        </button>
      )
    },
    {
      id: "symbol",
      title: "Instrument",
      width: "minmax(128px, 1.5fr)",
      cell: (id) => (
        <a
          class="truncate-cell text-accent hover:underline"
          tabindex={-1}
          href={`/chart/${encodeURIComponent(terminal.instruments()[of(id)?.instrument ?? -1]?.symbol ?? "")}`}
        >
          {terminal.nameOf(of(id)?.instrument ?? -1)}
        </a>
      )
    },
    {
      id: "side",
      title: "Side",
      width: "48px",
      cell: (id) => <span class="font-medium">{of(id)?.side.toUpperCase()}</span>
    },
    {
      id: "quantity",
      title: "Filled / total",
      width: "92px",
      end: true,
      cell: (id) => (
        <Num text={`${quantity(of(id)?.filledQuantity ?? Number.NaN)} / ${quantity(of(id)?.quantity ?? Number.NaN)}`} />
      )
    },
    { id: "type", title: "Type", width: "72px", cell: (id) => of(id)?.type.replace("-", " ") },
    {
      id: "limit",
      title: "Limit",
      width: "76px",
      end: true,
      cell: (id) => <Num text={price(of(id)?.limitPrice ?? Number.NaN)} />
    },
    {
      id: "trigger",
      title: "Trigger",
      width: "76px",
      end: true,
      cell: (id) => <Num text={price(of(id)?.triggerPrice ?? Number.NaN)} />
    },
    {
      id: "average",
      title: "Average",
      width: "76px",
      end: true,
      cell: (id) => <Num text={price(of(id)?.averagePrice ?? Number.NaN)} />
    },
    {
      id: "status",
      title: "Status",
      width: "144px",
      cell: (id) => {
        const status = (): Order["status"] => of(id)?.status ?? "unknown"
        return (
          <span
            class="flex min-w-0 items-center gap-1"
            classList={{
              "text-warn": status() === "rejected" || status() === "unknown",
              "text-ink2": !working(id) && status() !== "rejected"
            }}
            title={status() === "unknown" ? `${asking} ${of(id)?.reason ?? ""}` : undefined}
            data-testid={`order-status-${id}`}
            data-status={status()}
          >
            <Show when={status() === "unknown"}>
              <CircleHelp size={12} aria-hidden="true" class="flex-none" />
            </Show>
            <span class="truncate-cell">{statusText[status()]}</span>
          </span>
        )
      }
    },
    {
      id: "venue",
      title: "Money",
      width: "80px",
      cell: (id) => <VenueChip venue={of(id)?.venue ?? "paper"} testId={`order-venue-${id}`} />
    },
    ...(isLive()
      ? [{
        id: "account",
        title: "Account",
        width: "minmax(84px, 0.8fr)",
        flush: true,
        cell: (id: string) => (
          <Show when={of(id)?.venue === "live"} fallback={<span class="px-2 text-ink3">–</span>}>
            <button
              type="button"
              class="button button-row truncate-cell justify-start"
              tabindex={-1}
              title={terminal.book().routes.get(id)?.decision.why.join(" ")}
              aria-label={`${of(id)?.account ?? "No account"}: why here? Order ${id}`}
              data-testid={`order-account-${id}`}
              onClick={() => sheets.open({ _tag: "order", orderId: id })}
            >
              {of(id)?.account ?? "none yet"}
            </button>
          </Show>
        )
      }]
      : []),
    {
      id: "book",
      title: "Book",
      width: "minmax(64px, 0.6fr)",
      cell: (id) => <span class="truncate-cell text-ink2">{of(id)?.book}</span>
    },
    {
      id: "reason",
      title: "Reason",
      width: "minmax(80px, 1.5fr)",
      cell: (id) => (
        <span class="truncate-cell text-ink2" title={reasonLines(of(id)?.reason).join("\n")}>
          {reasonLines(of(id)?.reason).join("; ")}
        </span>
      )
    },
    {
      id: "modify",
      title: "Modify",
      quietTitle: true,
      width: "58px",
      flush: true,
      cell: (id) => (
        <Show when={working(id)}>
          <button
            type="button"
            class="button button-row w-full"
            tabindex={-1}
            disabled={terminal.blocked() !== undefined}
            title={terminal.blocked()}
            aria-label={`Modify ${id}`}
            data-testid={`order-modify-${id}`}
            onClick={() => sheets.open({ _tag: "modify", orderId: id })}
          >
            Modify
          </button>
        </Show>
      )
    },
    {
      id: "cancel",
      title: "Cancel",
      quietTitle: true,
      width: "58px",
      flush: true,
      cell: (id) => (
        <Show when={working(id)}>
          <OnceButton
            class="button-row w-full"
            tabindex={-1}
            blocked={terminal.blocked()}
            label={`Cancel ${id}`}
            testId={`order-cancel-${id}`}
            onPress={() => terminal.run(`Cancel ${id}`, { _tag: "CancelOrder", orderId: id })}
          >
            Cancel
          </OnceButton>
        </Show>
      )
    }
  ])
  return (
    <Grid
      label="Orders"
      testId="orders"
      rows={props.rows}
      columns={columns()}
      rowTestId={(id) => `order-${id}`}
      empty={props.empty}
      onFocusRow={(id) => sheets.focusInstrument(of(id)?.instrument)}
      onOpen={(id) => sheets.open({ _tag: "order", orderId: id })}
    />
  )
}
