/** GTT orders as the brokers list them. They are asked for when somebody wants to see them, never by a clock. */
import { type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import { type GttView } from "@keepgaining/rpc/contract/Gtt.ts"
import { createMemo, createSignal, For, type JSX, Show } from "solid-js"
import { attempt } from "../brokers/attempt.ts"
import { ConfirmSheet } from "../controls/ConfirmSheet.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { price, quantity } from "../format/numbers.ts"
import { bare } from "../format/symbols.ts"
import { clock } from "../format/times.ts"
import { Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { dismissDoubt, doubts } from "./doubts.ts"
import { type GttLists } from "./GttLists.ts"
import { GttSheet } from "./GttSheet.tsx"
import { canCancel, legsText, limitsText, orderText, triggersText } from "./gttText.ts"

export interface GttRow {
  readonly account: string
  readonly order: GttView
}

/** What still waits comes first; otherwise as the brokers list them. */
export const gttTogether = (accounts: ReadonlyArray<string>, lists: Pick<GttLists, "of">): ReadonlyArray<GttRow> => {
  const all = accounts.flatMap((account) => (lists.of(account)?.orders ?? []).map((order) => ({ account, order })))
  return [...all.filter(({ order }) => canCancel(order)), ...all.filter(({ order }) => !canCancel(order))]
}

const sameKeys = {
  equals: (a: ReadonlyArray<string>, b: ReadonlyArray<string>) =>
    a.length === b.length && a.every((key, place) => key === b[place])
}

export const GttPanel = (props: {
  /** Those whose orders are shown. */
  readonly accounts: ReadonlyArray<string>
  readonly accountOf: (account: string) => AccountView | undefined
  /** Clock of the server, epoch ms. */
  readonly serverTime: number
  readonly lists: GttLists
  readonly rows: ReadonlyArray<GttRow>
  readonly withAccount: boolean
}): JSX.Element => {
  const terminal = useTerminal()
  const [placing, setPlacing] = createSignal(false)
  const [cancelling, setCancelling] = createSignal<GttRow>()
  const byKey = createMemo(() => new Map(props.rows.map((row) => [`${row.account} ${row.order.id}`, row])))
  const keys = createMemo(() => [...byKey().keys()], [], sameKeys)
  const of = (key: string): GttView | undefined => byKey().get(key)?.order
  const denied = (): string | undefined =>
    terminal.hello()?.scope === "admin" ? undefined : "GTT orders need a login of scope admin"
  const loading = (): boolean => props.accounts.some((account) => props.lists.of(account)?.loading === true)
  /** Of the list that is oldest. */
  const asOf = createMemo(() =>
    props.accounts.reduce((oldest, account) => Math.min(oldest, props.lists.of(account)?.at ?? oldest), Infinity)
  )
  const failures = createMemo(() =>
    props.accounts.flatMap((account) => {
      const { at, failure } = props.lists.of(account) ?? {}
      return failure === undefined ? [] : [{ account, at, failure }]
    })
  )
  const refresh = (): Promise<unknown> => Promise.all(props.accounts.map((account) => props.lists.look(account)))
  const cancel = async ({ account, order }: GttRow): Promise<void> => {
    const done = await attempt(
      terminal,
      `Cancel GTT ${order.id} of ${account}`,
      () => terminal.link.ask((rpc) => rpc.CancelGtt({ account, id: order.id }))
    )
    if (done) terminal.notices.show("info", `GTT ${order.id} of ${account} is cancelled`)
    setCancelling(undefined)
    // Also when it was refused: what became of it, the list says.
    void props.lists.look(account)
  }

  const columns = createMemo((): ReadonlyArray<Column<string>> => [
    ...(props.withAccount
      ? [{
        id: "account",
        title: "Account",
        width: "minmax(88px, 0.8fr)",
        cell: (key: string) => <span class="truncate-cell">{byKey().get(key)?.account}</span>
      }]
      : []),
    {
      id: "id",
      title: "Broker's id",
      width: "minmax(96px, 1fr)",
      cell: (key) => <span class="truncate-cell text-ink2" title={of(key)?.id}>{of(key)?.id}</span>
    },
    {
      id: "symbol",
      title: "Instrument",
      width: "minmax(144px, 1.3fr)",
      cell: (key) => {
        const name = (): string => {
          const symbol = of(key)?.symbol ?? ""
          const index = terminal.indexOf(symbol)
          return index === undefined ? bare(symbol) : terminal.nameOf(index)
        }
        return <span class="truncate-cell" title={of(key)?.symbol}>{name()}</span>
      }
    },
    {
      id: "side",
      title: "Side",
      width: "52px",
      cell: (key) => <span class="font-medium">{of(key)?.side.toUpperCase()}</span>
    },
    {
      id: "quantity",
      title: "Quantity",
      width: "80px",
      end: true,
      cell: (key) => <Num text={quantity(of(key)?.quantity ?? Number.NaN)} />
    },
    { id: "product", title: "Product", width: "80px", cell: (key) => of(key)?.product },
    {
      id: "trigger",
      title: "Trigger",
      width: "minmax(96px, 1fr)",
      end: true,
      cell: (key) => <Num text={triggersText(of(key) ?? { legs: [] })} />
    },
    {
      id: "limit",
      title: "Limit",
      width: "minmax(96px, 1fr)",
      end: true,
      cell: (key) => <Num text={limitsText(of(key) ?? { legs: [] })} />
    },
    {
      id: "last",
      title: "Last",
      width: "88px",
      end: true,
      cell: (key) => {
        const last = terminal.quotes.watch(terminal.indexOf(of(key)?.symbol ?? "") ?? -1, "last")
        return <Num text={price(last())} />
      }
    },
    {
      id: "status",
      title: "Status",
      width: "minmax(84px, 0.8fr)",
      cell: (key) => (
        <span
          class="truncate-cell"
          classList={{ "text-warn": of(key)?.status === "rejected" || of(key)?.status === "unknown" }}
          title={`${of(key)?.brokerStatus ?? ""} (the broker's word)`}
          data-testid={`gtt-status-${of(key)?.id ?? key}`}
        >
          {of(key)?.status === "unknown" ? `unknown: ${of(key)?.brokerStatus}` : of(key)?.status}
        </span>
      )
    },
    {
      id: "cancel",
      title: "Cancel",
      quietTitle: true,
      width: "68px",
      flush: true,
      cell: (key) => {
        const row = (): GttRow | undefined => {
          const found = byKey().get(key)
          return found !== undefined && canCancel(found.order) ? found : undefined
        }
        return (
          <Show when={row()}>
            {(cancellable) => (
              <button
                type="button"
                class="button button-row"
                tabindex={-1}
                aria-label={`Cancel GTT ${cancellable().order.id}`}
                data-testid={`gtt-cancel-${cancellable().order.id}`}
                onClick={() => setCancelling(cancellable())}
              >
                Cancel
              </button>
            )}
          </Show>
        )
      }
    }
  ])

  return (
    <>
      <div class="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1 text-tape">
        <span class="flex-1 text-ink2" role="status" data-testid="gtt-as-of">
          {denied() ??
            (props.accounts.length === 0
              ? "No account here has GTT orders."
              : loading()
              ? "Asking the brokers…"
              : Number.isFinite(asOf())
              ? `As the brokers said at ${clock(asOf())}. They are asked only when you want it.`
              : "Not known.")}
        </span>
        <OnceButton
          class="button-small"
          testId="gtt-refresh"
          blocked={denied() ?? (props.accounts.length === 0 ? "Nobody to ask" : undefined)}
          onPress={refresh}
        >
          Refresh
        </OnceButton>
        <button
          type="button"
          class="button button-small"
          data-testid="gtt-new"
          aria-disabled={denied() !== undefined || props.accounts.length === 0 ? "true" : undefined}
          title={denied()}
          onClick={() => denied() === undefined && props.accounts.length > 0 && setPlacing(true)}
        >
          New GTT…
        </button>
      </div>
      <Show when={failures().length + doubts().length > 0}>
        <ul class="flex flex-col gap-1 border-b border-line px-3 py-1.5 text-tape text-warn" data-testid="gtt-notes">
          <For each={doubts()}>
            {(doubt) => (
              <li class="flex items-start gap-2">
                <span class="flex-1">{doubt.text}</span>
                <button type="button" class="button button-small" onClick={() => dismissDoubt(doubt)}>
                  I have looked
                </button>
              </li>
            )}
          </For>
          <For each={failures()}>
            {({ account, at, failure }) => (
              <li>
                {failure.reason.startsWith(account) ? "" : `${account}: `}
                {failure.reason}.{failure.remedy === undefined ? "" : ` ${failure.remedy}.`}
                {at === undefined ? "" : ` What is shown of it is of ${clock(at)}.`}
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Grid
        label="GTT orders at the brokers"
        testId="broker-gtts"
        rows={keys()}
        columns={columns()}
        empty={!Number.isFinite(asOf())
          ? "Not known yet."
          : failures().length > 0
          ? "No GTT orders in the accounts that could be asked."
          : "No GTT orders."}
      />
      <Show when={placing()}>
        <GttSheet
          accounts={props.accounts}
          accountOf={props.accountOf}
          serverTime={props.serverTime}
          lists={props.lists}
          onClose={() => setPlacing(false)}
        />
      </Show>
      <Show when={cancelling()}>
        {(row) => (
          <ConfirmSheet
            title={`Cancel GTT ${row().order.id} of ${row().account}?`}
            lines={[
              `${orderText(row().order)}, ${legsText(row().order)}.`,
              "The broker then watches the price for it no more. What it has bought or sold already stays."
            ]}
            button="Cancel the GTT order"
            blocked={terminal.blocked()}
            testId="gtt-cancel-sheet"
            onConfirm={() => cancel(row())}
            onClose={() => setCancelling(undefined)}
          />
        )}
      </Show>
    </>
  )
}
