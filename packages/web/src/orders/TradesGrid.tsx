import { createMemo, type JSX } from "solid-js"
import { decimal, price, quantity } from "../format/numbers.ts"
import { time, timeWithMillis } from "../format/times.ts"
import { Money, Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { type EventBook } from "../state/EventBook.ts"
import { useTerminal } from "../state/Terminal.ts"

type Trade = EventBook["fills"][number]

export const TradesGrid = (props: { readonly filter: string }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const byNumber = createMemo(() => {
    const words = props.filter.toLowerCase().split(/\s+/)
    const found = terminal.book().fills.filter(({ decision: { fill } }) => {
      const text = `${fill.id} ${fill.orderId} ${terminal.nameOf(fill.instrument)} ${fill.book} ${fill.side}`
        .toLowerCase()
      return words.every((word) => text.includes(word))
    })
    return new Map(found.map((trade) => [trade.number, trade]))
  })
  const rows = createMemo(() => [...byNumber().keys()].reverse())
  const of = (number: number): Trade | undefined => byNumber().get(number)
  const columns: ReadonlyArray<Column<number>> = [
    {
      id: "time",
      title: "Time, IST",
      width: "112px",
      cell: (row) => (
        <span class="text-ink2" title={time(of(row)?.decision.fill.at ?? 0)}>
          {timeWithMillis(of(row)?.decision.fill.at ?? 0)}
        </span>
      )
    },
    {
      id: "order",
      title: "Order",
      width: "72px",
      flush: true,
      cell: (row) => {
        const id = of(row)?.decision.fill.orderId ?? ""
        return (
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
      }
    },
    {
      id: "symbol",
      title: "Instrument",
      width: "minmax(140px, 1.5fr)",
      cell: (row) => <span class="truncate-cell">{terminal.nameOf(of(row)?.decision.fill.instrument ?? -1)}</span>
    },
    {
      id: "side",
      title: "Side",
      width: "56px",
      cell: (row) => <span class="font-medium">{of(row)?.decision.fill.side.toUpperCase()}</span>
    },
    {
      id: "quantity",
      title: "Qty",
      width: "84px",
      end: true,
      cell: (row) => <Num text={quantity(of(row)?.decision.fill.quantity ?? Number.NaN)} />
    },
    {
      id: "price",
      title: "Price",
      width: "100px",
      end: true,
      cell: (row) => <Num text={price(of(row)?.decision.fill.price ?? Number.NaN)} />
    },
    {
      id: "charges",
      title: "Charges",
      width: "84px",
      end: true,
      cell: (row) => <Num text={decimal(of(row)?.decision.charges.total ?? Number.NaN, 2)} />
    },
    {
      id: "position",
      title: "Position after",
      width: "104px",
      end: true,
      cell: (row) => <Num text={quantity(of(row)?.decision.position.quantity ?? Number.NaN)} />
    },
    {
      id: "realised",
      title: "Realised so far",
      width: "120px",
      end: true,
      cell: (row) => <Money paise={of(row)?.decision.position.realised ?? Number.NaN} />
    },
    {
      id: "purpose",
      title: "Purpose",
      width: "84px",
      cell: (row) => <span class="text-ink2">{of(row)?.decision.fill.purpose}</span>
    },
    {
      id: "book",
      title: "Book",
      width: "minmax(90px, 1fr)",
      cell: (row) => <span class="truncate-cell text-ink2">{of(row)?.decision.fill.book}</span>
    }
  ]
  return (
    <Grid
      label="Trades"
      testId="trades"
      rows={rows()}
      columns={columns}
      rowTestId={(row) => `trade-${of(row)?.decision.fill.id ?? row}`}
      empty="No trade in this session yet."
      onFocusRow={(row) => sheets.focusInstrument(of(row)?.decision.fill.instrument)}
      onOpen={(row) => sheets.open({ _tag: "order", orderId: of(row)?.decision.fill.orderId ?? "" })}
    />
  )
}
