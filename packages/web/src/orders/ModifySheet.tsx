/** Changes quantity and prices of a working order. */
import { createSignal, type JSX, Show } from "solid-js"
import { Field } from "../controls/Field.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { price, quantity } from "../format/numbers.ts"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { readPrice } from "./draftOrder.ts"
import { pricing, sideAndQuantity } from "./orderText.ts"
import { VenueChip } from "./VenueChip.tsx"

export const ModifySheet = (props: { readonly orderId: string }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const order = (): ReturnType<ReturnType<typeof terminal.book>["orders"]["get"]> =>
    terminal.book().orders.get(props.orderId)
  const opened = order()
  const instrument = opened === undefined ? undefined : terminal.instruments()[opened.instrument]
  const lotSize = instrument?.lotSize ?? 1
  const text = (paise: number | undefined): string => paise === undefined ? "" : (paise / 100).toFixed(2)
  const [lots, setLots] = createSignal(String((opened?.quantity ?? 0) / lotSize))
  const [limit, setLimit] = createSignal(text(opened?.limitPrice))
  const [trigger, setTrigger] = createSignal(text(opened?.triggerPrice))
  const commandId = crypto.randomUUID()

  const lotsError = (): string | undefined => /^[1-9]\d*$/.test(lots().trim()) ? undefined : "A whole number, 1 or more"
  const priceError = (typed: string): string | undefined => {
    const read = readPrice(typed, instrument?.tickSize ?? 5)
    return "error" in read ? read.error : undefined
  }
  const limitError = (): string | undefined => opened?.limitPrice === undefined ? undefined : priceError(limit())
  const triggerError = (): string | undefined => opened?.triggerPrice === undefined ? undefined : priceError(trigger())
  const wrong = (): string | undefined => lotsError() ?? limitError() ?? triggerError()

  const send = async (): Promise<void> => {
    if (opened === undefined) return
    const newLimit = opened.limitPrice === undefined ? undefined : readPrice(limit(), instrument?.tickSize ?? 5)
    const newTrigger = opened.triggerPrice === undefined ? undefined : readPrice(trigger(), instrument?.tickSize ?? 5)
    await terminal.run(`Modify ${opened.id}`, {
      _tag: "ModifyOrder",
      orderId: opened.id,
      quantity: Number(lots()) * lotSize,
      ...(newLimit !== undefined && "price" in newLimit ? { limitPrice: newLimit.price } : {}),
      ...(newTrigger !== undefined && "price" in newTrigger ? { triggerPrice: newTrigger.price } : {})
    }, { commandId })
    sheets.close()
  }

  return (
    <Sheet title={`Modify order ${props.orderId}`} onClose={sheets.close} testId="modify-sheet">
      <Show when={order()} fallback={<p class="p-3">This order is not known.</p>}>
        {(current) => (
          <div class="flex flex-col gap-3 p-3">
            <p>
              <VenueChip venue={current().venue} more={current().account} /> {sideAndQuantity(current())}{" "}
              {terminal.nameOf(current().instrument)}, {pricing(current())}; filled{" "}
              {quantity(current().filledQuantity)}. Last {price(terminal.quotes.watch(current().instrument, "last")())}.
            </p>
            <Field label={lotSize === 1 ? "Quantity" : `Lots of ${lotSize}`} error={lotsError()}>
              {(ids) => (
                <input
                  id={ids.id}
                  aria-describedby={ids.describedBy}
                  class="field"
                  inputmode="numeric"
                  data-testid="modify-lots"
                  value={lots()}
                  onInput={(event) => setLots(event.currentTarget.value)}
                />
              )}
            </Field>
            <Show when={current().triggerPrice !== undefined}>
              <Field label="Trigger price, ₹" error={triggerError()}>
                {(ids) => (
                  <input
                    id={ids.id}
                    aria-describedby={ids.describedBy}
                    class="field"
                    inputmode="decimal"
                    data-testid="modify-trigger"
                    value={trigger()}
                    onInput={(event) => setTrigger(event.currentTarget.value)}
                  />
                )}
              </Field>
            </Show>
            <Show when={current().limitPrice !== undefined}>
              <Field label="Limit price, ₹" error={limitError()}>
                {(ids) => (
                  <input
                    id={ids.id}
                    aria-describedby={ids.describedBy}
                    class="field"
                    inputmode="decimal"
                    data-testid="modify-limit"
                    value={limit()}
                    onInput={(event) => setLimit(event.currentTarget.value)}
                  />
                )}
              </Field>
            </Show>
            <div class="flex justify-end gap-2">
              <button type="button" class="button" onClick={sheets.close}>Cancel</button>
              <OnceButton
                class="button-primary"
                testId="modify-send"
                blocked={terminal.blocked() ?? wrong()}
                onPress={send}
              >
                Modify
              </OnceButton>
            </div>
          </div>
        )}
      </Show>
    </Sheet>
  )
}
