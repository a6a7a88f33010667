/** Positions or holdings by instrument. Prices are the session's where it watches the instrument, else the broker's own. */
import { createMemo, type JSX, Show } from "solid-js"
import { price, quantity } from "../format/numbers.ts"
import { bare } from "../format/symbols.ts"
import { Money, Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { type Terminal, useTerminal } from "../state/Terminal.ts"
import { type HeldTogether } from "./aggregate.ts"

const indexOf = (terminal: Terminal, symbol: string): number => terminal.indexOf(symbol) ?? -1

const profitAt = ({ cost, quantity }: HeldTogether, last: number): number =>
  quantity === 0 && cost === 0 ? 0 : last * quantity - cost

/** The newest price and what is open at it, paise; `NaN` where there is none. */
export const pricesNow = (terminal: Terminal, held: HeldTogether): { readonly last: number; readonly open: number } => {
  const quoted = terminal.quotes.value(indexOf(terminal, held.symbol), "last")
  const last = quoted > 0 ? quoted : held.lastPrice
  return { last, open: profitAt(held, last) }
}

const sameKeys = {
  equals: (a: ReadonlyArray<string>, b: ReadonlyArray<string>) =>
    a.length === b.length && a.every((key, place) => key === b[place])
}

export const HeldGrid = (props: {
  readonly label: string
  readonly testId: string
  readonly held: ReadonlyArray<HeldTogether>
  readonly withAccounts: boolean
  readonly kind: "positions" | "holdings"
  readonly empty: string
}): JSX.Element => {
  const terminal = useTerminal()
  const byKey = createMemo(() => new Map(props.held.map((each) => [each.key, each])))
  const rows = createMemo(() => [...byKey().keys()], [], sameKeys)
  const of = (key: string): HeldTogether | undefined => byKey().get(key)
  /** A signal of the price, for the row's life. */
  const lastOf = (key: string): () => number => {
    const quoted = terminal.quotes.watch(indexOf(terminal, of(key)?.symbol ?? ""), "last")
    return () => quoted() > 0 ? quoted() : of(key)?.lastPrice ?? Number.NaN
  }
  const name = (key: string): string => {
    const symbol = of(key)?.symbol ?? ""
    const index = terminal.indexOf(symbol)
    return index === undefined ? bare(symbol) : terminal.nameOf(index)
  }
  const columns = createMemo((): ReadonlyArray<Column<string>> => [
    {
      id: "symbol",
      title: "Instrument",
      width: "minmax(160px, 1.5fr)",
      cell: (key) => (
        <a
          class="truncate-cell text-accent hover:underline"
          tabindex={-1}
          title={of(key)?.symbol}
          href={`/chart/${encodeURIComponent(of(key)?.symbol ?? "")}`}
        >
          {name(key)}
        </a>
      )
    },
    ...(props.kind === "positions"
      ? [{ id: "product", title: "Product", width: "80px", cell: (key: string) => of(key)?.product }]
      : []),
    ...(props.withAccounts
      ? [{
        id: "accounts",
        title: "Accounts",
        width: "minmax(160px, 2fr)",
        cell: (key: string) => {
          const places = (): string =>
            (of(key)?.places ?? []).map(({ account, quantity: held }) => `${account} ${quantity(held)}`).join(", ")
          return <span class="truncate-cell text-ink2" title={places()}>{places()}</span>
        }
      }]
      : []),
    {
      id: "quantity",
      title: "Quantity",
      width: "84px",
      end: true,
      cell: (key) => <Num text={quantity(of(key)?.quantity ?? Number.NaN)} testId={`${props.testId}-${key}`} />
    },
    ...(props.kind === "holdings"
      ? [{
        id: "unsettled",
        title: "Unsettled",
        width: "84px",
        end: true,
        cell: (key: string) => <Num text={quantity(of(key)?.unsettled ?? Number.NaN)} />
      }]
      : []),
    {
      id: "average",
      title: "Average",
      width: "96px",
      end: true,
      cell: (key) => <Num text={price(of(key)?.averagePrice ?? Number.NaN)} />
    },
    {
      id: "last",
      title: "Last",
      width: "96px",
      end: true,
      cell: (key) => {
        const last = lastOf(key)
        return <Num text={price(last())} />
      }
    },
    {
      id: "open",
      title: "Open, ₹",
      width: "116px",
      end: true,
      cell: (key) => {
        const last = lastOf(key)
        return (
          <Show when={of(key)} fallback="–">
            {(held) => <Money paise={profitAt(held(), last())} />}
          </Show>
        )
      }
    },
    ...(props.kind === "positions"
      ? [{
        id: "realised",
        title: "Realised, ₹",
        width: "116px",
        end: true,
        cell: (key: string) => <Money paise={of(key)?.realised ?? Number.NaN} />
      }]
      : [])
  ])
  return (
    <Grid
      label={props.label}
      testId={props.testId}
      rows={rows()}
      columns={columns()}
      empty={props.empty}
    />
  )
}
