/** What the order would cost and bind, as the server works it out, with where that is from. */
import type { OrderEstimate } from "@keepgaining/core/margins/estimateOrder.ts"
import type { Paise } from "@keepgaining/core/market/Money.ts"
import type { OrderRequest } from "@keepgaining/core/orders/Order.ts"
import { createResource, For, type JSX, Show, Suspense } from "solid-js"
import { rupees } from "../format/numbers.ts"
import { useTerminal } from "../state/Terminal.ts"

const chargeTitles = {
  brokerage: "Brokerage",
  stt: "STT",
  exchange: "Exchange",
  ipft: "Investor protection",
  sebi: "SEBI",
  stamp: "Stamp duty",
  gst: "GST"
} as const
type ChargeName = keyof typeof chargeTitles

/** Rupees to the paisa. */
const amount = (value: number): string => rupees(Math.round(value * 100))

type Fee = Extract<OrderEstimate["charges"], { readonly _tag: "Known" }>["fees"][number]

const feeTitles = {
  "depository-sale": "the depository's fee",
  "auto-square-off": "if the broker closes it",
  "physical-delivery": "if it ends in delivery"
} as const

const feeText = ({ amount: fee, name, unit }: Fee): string => {
  const each = unit === "share"
    ? `${(fee * 100).toFixed(3)} % of its value`
    : `${amount(fee)} ${unit === "per-order" ? "an order" : "a scrip and day"}`
  return `${feeTitles[name]}, ${each} with GST`
}

export const Estimate = (props: {
  readonly request: OrderRequest | undefined
  /** What the order is expected to trade at. */
  readonly price: Paise
  /** Asks the broker for the margin of a live order: only where that is asked for once. */
  readonly live?: boolean
}): JSX.Element => {
  const terminal = useTerminal()
  const question = () => {
    const { request } = props
    if (request === undefined || !(props.price > 0)) return undefined
    const { instrument, product, quantity, side } = request
    const order = { instrument, side, quantity, price: props.price, product }
    return props.live === true ? { ...order, venue: "live" as const } : order
  }
  const [estimate] = createResource<OrderEstimate | undefined, NonNullable<ReturnType<typeof question>>>(
    question,
    (order) => terminal.link.ask((rpc) => rpc.EstimateOrder(order)).catch(() => undefined)
  )
  const known = (): OrderEstimate | undefined => question() === undefined ? undefined : estimate.latest
  const charges = () => {
    const now = known()?.charges
    return now?._tag === "Known" ? now : undefined
  }
  const margin = () => {
    const now = known()?.margin
    return now?._tag === "Known" ? now : undefined
  }
  const unknown = (): ReadonlyArray<string> =>
    [known()?.charges, known()?.margin].flatMap((part) => part?._tag === "Unknown" ? [part.reason] : [])
  return (
    // Of its own: while an estimate is on its way, the sheet around it must not wait.
    <Suspense>
      <Show when={known()}>
        <details class="rounded-control border border-line px-2 py-1" data-testid="ticket-estimate">
          <summary class="cursor-pointer">
            Estimate: charges <b>{charges() === undefined ? "–" : amount(charges()?.charges.total ?? 0)}</b>, margin
            {" "}
            <b>{margin() === undefined ? "–" : amount(margin()?.total ?? 0)}</b>
          </summary>
          <dl class="mt-1 grid grid-cols-[1fr_auto] gap-x-4 text-tape">
            <Show when={charges()}>
              {(now) => (
                // The titles are the charges' own keys.
                <For each={Object.keys(chargeTitles) as ReadonlyArray<ChargeName>}>
                  {(name) => (
                    <>
                      <dt class="text-ink2">{chargeTitles[name]}</dt>
                      <dd class="text-right">{amount(now().charges[name])}</dd>
                    </>
                  )}
                </For>
              )}
            </Show>
            <Show when={margin()}>
              {(now) => (
                <For each={now().parts}>
                  {(part) => (
                    <>
                      <dt class="text-ink2">Margin: {part.name}</dt>
                      <dd class="text-right">{amount(part.amount)}</dd>
                    </>
                  )}
                </For>
              )}
            </Show>
            <Show when={known()?.funds}>
              {(funds) => (
                <>
                  <dt class="text-ink2">Needed beside what is held and works</dt>
                  <dd class="text-right">{amount(funds().needed)}</dd>
                  <dt class="text-ink2">Free</dt>
                  <dd class={funds().needed > funds().free ? "text-right text-warn" : "text-right"}>
                    {amount(funds().free)}
                  </dd>
                </>
              )}
            </Show>
          </dl>
          <p class="mt-1 text-caption text-ink2">
            {charges() === undefined ? "" : `Charges by the plan ${charges()?.plan} and today's rates. `}
            {margin() === undefined ? "" : `Margin: ${margin()?.source}. `}
            Not a broker's answer.
          </p>
        </details>
        <For each={charges()?.fees ?? []}>
          {(fee) => <p class="text-caption text-ink2">Besides: {feeText(fee)}.</p>}
        </For>
        <For each={[...unknown(), ...charges()?.warnings ?? []]}>
          {(reason) => <p class="text-caption text-warn">{reason}.</p>}
        </For>
      </Show>
    </Suspense>
  )
}
