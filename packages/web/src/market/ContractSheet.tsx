/** A contract as a broker's master has it: what a person needs to know before trading it. */
import type { ListedInstrument } from "@keepgaining/rpc/contract/Reference.ts"
import { type JSX, Show } from "solid-js"
import { Sheet } from "../controls/Sheet.tsx"
import { price, quantity } from "../format/numbers.ts"
import { useSheets } from "../shell/Sheets.tsx"

export const ContractSheet = (props: {
  readonly instrument: ListedInstrument
  readonly broker: string
  readonly day: string
}): JSX.Element => {
  const sheets = useSheets()
  const Row = (row: { readonly title: string; readonly value: string | null }): JSX.Element => (
    <Show when={row.value !== null && row.value !== ""}>
      <dt class="text-ink2">{row.title}</dt>
      <dd>{row.value}</dd>
    </Show>
  )
  return (
    <Sheet title={props.instrument.symbol} onClose={sheets.close} testId="contract-sheet">
      <dl class="grid grid-cols-[140px_1fr] gap-y-1 p-3">
        <Row title="Name" value={props.instrument.name} />
        <Row title="Exchange" value={props.instrument.exchange} />
        <Row title="Kind" value={props.instrument.kind} />
        <Row title="Underlying" value={props.instrument.underlying} />
        <Row title="Expiry" value={props.instrument.expiry} />
        <Row title="Strike, ₹" value={props.instrument.strike === null ? null : price(props.instrument.strike)} />
        <Row title="Right" value={props.instrument.right} />
        <Row title="Lot" value={props.instrument.lotSize > 0 ? quantity(props.instrument.lotSize) : null} />
        <Row title="Tick, ₹" value={props.instrument.tickSize > 0 ? price(props.instrument.tickSize) : null} />
        <Row
          title="Freeze quantity"
          value={props.instrument.freezeQuantity === null ? null : quantity(props.instrument.freezeQuantity)}
        />
        <Row title="Token" value={props.instrument.token} />
        <Row title="Identity" value={props.instrument.id} />
      </dl>
      <p class="border-t border-line px-3 py-2 text-caption text-ink2">
        From {props.broker}'s instrument master of {props.day}.
      </p>
    </Sheet>
  )
}
