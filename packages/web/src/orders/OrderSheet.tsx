/** One order with everything that happened to it. */
import { isWorking } from "@keepgaining/core/orders/Order.ts"
import { createMemo, For, type JSX, Show } from "solid-js"
import { OnceButton } from "../controls/OnceButton.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { price, quantity } from "../format/numbers.ts"
import { timeWithMillis } from "../format/times.ts"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { isTrouble, pricing, reasonLines, sideAndQuantity, statusText, stepText } from "./orderText.ts"
import { RouteSection } from "./RouteSection.tsx"
import { VenueChip } from "./VenueChip.tsx"

export const OrderSheet = (props: { readonly orderId: string }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const order = createMemo(() => terminal.book().orders.get(props.orderId))
  const steps = createMemo(() => {
    const all = terminal.book().steps.get(props.orderId) ?? []
    return all.map((step, place) => ({ ...step, text: stepText(all[place - 1]?.order, step.order) }))
  })
  return (
    <Sheet title={`Order ${props.orderId}`} onClose={sheets.close} testId="order-sheet" wide>
      <Show when={order()} fallback={<p class="p-3">This order is not known.</p>}>
        {(current) => (
          <div class="flex flex-col gap-3 p-3">
            <p class="flex items-center gap-2 text-section font-semibold">
              {sideAndQuantity(current())} {terminal.nameOf(current().instrument)}
              <VenueChip venue={current().venue} />
              <span class="chip" classList={{ "chip-warn": isTrouble(current()) }} data-testid="order-sheet-status">
                {statusText[current().status]}
              </span>
            </p>
            <Show when={current().status === "unknown"}>
              <p class="border-l-2 border-warn pl-2 text-warn" data-testid="order-unknown">
                No answer came, so the order may or may not be at the exchange. The engine looks for it in the broker's
                book, and sends nothing again before it knows.
              </p>
            </Show>
            <Show when={isTrouble(current()) && reasonLines(current().reason).length > 0}>
              <ul
                class="list-disc border-l-2 border-warn pl-6 text-warn"
                aria-label="Reasons"
                data-testid="order-reasons"
              >
                <For each={reasonLines(current().reason)}>{(line) => <li>{line}</li>}</For>
              </ul>
            </Show>
            <dl class="grid grid-cols-[110px_1fr_110px_1fr] gap-y-1">
              <dt class="text-ink2">Price</dt>
              <dd>{pricing(current())}</dd>
              <dt class="text-ink2">Filled</dt>
              <dd>{quantity(current().filledQuantity)} at {price(current().averagePrice)}</dd>
              <dt class="text-ink2">Book</dt>
              <dd>{current().book}</dd>
              <dt class="text-ink2">Purpose</dt>
              <dd>{current().purpose}{current().reduceOnly ? ", reduce-only" : ""}</dd>
              <dt class="text-ink2">Product</dt>
              <dd>{current().product}, {current().validity}</dd>
              <dt class="text-ink2">Tag</dt>
              <dd>{current().clientTag}</dd>
              <Show when={current().venue === "live"}>
                <dt class="text-ink2">Account</dt>
                <dd>{current().account ?? "not decided"}</dd>
              </Show>
            </dl>
            <Show when={current().venue === "live"}>
              <RouteSection orderId={current().id} />
            </Show>
            <h3 class="font-semibold">Timeline, IST</h3>
            <ol data-testid="order-timeline">
              <For each={steps()}>
                {(step) => (
                  <li class="grid grid-cols-[110px_1fr_auto] border-b border-line py-1">
                    <span class="text-ink2">{timeWithMillis(step.order.updatedAt)}</span>
                    <span>{step.text}</span>
                    <span class="text-tape text-ink3" title="Number of the decision, and of the input that caused it">
                      #{step.number} ← input {step.cause}
                    </span>
                  </li>
                )}
              </For>
            </ol>
            <Show when={isWorking(current().status)}>
              <div class="flex justify-end gap-2">
                <button
                  type="button"
                  class="button"
                  onClick={() => sheets.open({ _tag: "modify", orderId: current().id })}
                >
                  Modify
                </button>
                <OnceButton
                  blocked={terminal.blocked()}
                  onPress={() => terminal.run(`Cancel ${current().id}`, { _tag: "CancelOrder", orderId: current().id })}
                >
                  Cancel order
                </OnceButton>
              </div>
            </Show>
          </div>
        )}
      </Show>
    </Sheet>
  )
}
