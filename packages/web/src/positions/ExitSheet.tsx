/** Squares off positions, reduce-only: one review for what will be sent, and the outcome of each. */
import { createMemo, createSignal, For, type JSX, Show } from "solid-js"
import { OnceButton } from "../controls/OnceButton.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { quantity } from "../format/numbers.ts"
import { Money } from "../grid/Cells.tsx"
import { VenueChip } from "../orders/VenueChip.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { venueOfBook } from "./profit.ts"

export const ExitSheet = (props: { readonly positions: ReadonlyArray<string> }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const ids = new Map(props.positions.map((key) => [key, crypto.randomUUID()]))
  const [outcomes, setOutcomes] = createSignal<ReadonlyMap<string, string>>(new Map())
  const open = createMemo(() =>
    props.positions.flatMap((key) => {
      const position = terminal.positions().get(key)
      return position === undefined ? [] : [{ key, position }]
    })
  )
  const [pressed, setPressed] = createSignal(false)

  const send = async (): Promise<void> => {
    setPressed(true)
    await Promise.all(
      open().filter(({ position }) => position.quantity !== 0).map(async ({ key, position }) => {
        const note = (text: string): void => void setOutcomes((all) => new Map([...all, [key, text]]))
        note("sent")
        const { book, instrument } = position
        const outcome = await terminal.run(
          `Exit ${terminal.nameOf(instrument)}`,
          { _tag: "ExitPosition", book, instrument },
          { commandId: ids.get(key) ?? crypto.randomUUID(), onLost: () => note("connection lost, checking") }
        )
        note(outcome._tag === "Done" ? `order ${outcome.orderId ?? "sent"}` : `refused: ${outcome.reason}`)
      })
    )
  }

  return (
    <Sheet
      title={props.positions.length === 1 ? "Exit position" : `Exit ${props.positions.length} positions`}
      description="At the market, reduce-only: it can close a position, not reverse it."
      onClose={sheets.close}
      testId="exit-sheet"
    >
      <ul>
        <For each={open()}>
          {({ key, position }) => (
            <li class="flex items-center gap-3 border-b border-line px-3 py-1.5">
              <VenueChip venue={venueOfBook(position.book, terminal.portfolio())} />
              <span class="flex-1">
                <Show when={position.quantity !== 0}>
                  {position.quantity > 0 ? "SELL" : "BUY"} {quantity(Math.abs(position.quantity))}
                  {" "}
                </Show>
                {terminal.nameOf(position.instrument)}
                <span class="ml-2 text-ink2">{position.book}</span>
              </span>
              <Money paise={position.unrealised} />
              <span class="w-40 text-right text-ink2" aria-live="polite">
                {position.quantity === 0 ? "flat" : outcomes().get(key) ?? ""}
              </span>
            </li>
          )}
        </For>
      </ul>
      <div class="flex justify-end gap-2 p-3">
        <button type="button" class="button" onClick={sheets.close}>{pressed() ? "Close" : "Cancel"}</button>
        <OnceButton
          class="button-danger"
          testId="exit-send"
          blocked={terminal.blocked() ?? (pressed() ? "Sent; open it again to send another" : undefined)}
          onPress={send}
        >
          Exit at market
        </OnceButton>
      </div>
    </Sheet>
  )
}
