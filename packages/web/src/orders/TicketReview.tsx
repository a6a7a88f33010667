/** The last look at an order before it is sent. A live one is asked about in other words, and says through whom it may go. */
import { type Paise } from "@keepgaining/core/market/Money.ts"
import { type OrderRequest, type Venue } from "@keepgaining/core/orders/Order.ts"
import { createMemo, For, type JSX, onMount, Show, untrack } from "solid-js"
import { followBrokers } from "../brokers/followBrokers.ts"
import { OnceButton } from "../controls/OnceButton.tsx"
import { price, rupees } from "../format/numbers.ts"
import { asksBeforeLive, setAsksBeforeLive } from "../preferences/Preferences.ts"
import { useTerminal } from "../state/Terminal.ts"
import { Estimate } from "./Estimate.tsx"
import { pricing, sideAndQuantity } from "./orderText.ts"
import { moneyWord } from "./VenueChip.tsx"

export const TicketReview = (props: {
  readonly request: OrderRequest
  readonly venue: Venue
  /** Paise, or `NaN`. */
  readonly last: number
  readonly value: number
  readonly expected: Paise
  readonly cautions: JSX.Element
  /** The price that was reviewed, when the market has left it. */
  readonly moved: number | undefined
  readonly checking: boolean
  readonly blocked: string | undefined
  readonly onBack: () => void
  readonly onPlace: () => Promise<unknown>
}): JSX.Element => {
  const terminal = useTerminal()
  let back!: HTMLButtonElement
  onMount(() => back.focus())
  const isLive = (): boolean => props.venue === "live"
  // A broker is asked once, not at every tick.
  const firstExpected = untrack(() => props.expected)
  const isReal = (): boolean => isLive() && terminal.hello()?.mode === "live"
  const word = (): string => moneyWord(props.venue, terminal.hello()?.mode)
  const order = (): string => `${word()} ${sideAndQuantity(props.request)} ${terminal.nameOf(props.request.instrument)}`
  return (
    <div class="flex flex-col gap-3 p-3" data-testid="ticket-confirm">
      <p class="text-section font-semibold">{order()}</p>
      <dl class="grid grid-cols-[120px_1fr] gap-y-1">
        <dt class="text-ink2">Price</dt>
        <dd>
          {pricing(props.request)}
          {props.request.type === "market" ? `, now ${price(props.last)}` : ""}
        </dd>
        <dt class="text-ink2">Value</dt>
        <dd>{rupees(props.value)}</dd>
        <dt class="text-ink2">Product</dt>
        <dd>
          {props.request.product}, {props.request.validity}
          {props.request.reduceOnly ? ", reduce-only" : ""}
        </dd>
        <Show when={isLive()}>
          <dt class="text-ink2">Money</dt>
          <dd>{isReal() ? "Real. It leaves your broker account." : "None: simulated brokers."}</dd>
          <dt class="text-ink2">Goes through</dt>
          <dd>
            <ArmedAccounts />
          </dd>
        </Show>
        <dt class="text-ink2">Order tag</dt>
        <dd class="text-ink2">{props.request.clientTag}</dd>
      </dl>
      <Estimate request={props.request} price={isLive() ? firstExpected : props.expected} live={isLive()} />
      {props.cautions}
      <Show when={props.moved !== undefined}>
        <p class="text-warn" role="alert">
          The price moved from {price(props.moved ?? Number.NaN)} to{" "}
          {price(props.last)}. Press once to take the new price, then again to place.
        </p>
      </Show>
      <Show when={props.checking}>
        <p class="text-warn" role="status">
          The connection was lost. What became of the order is being asked for.
        </p>
      </Show>
      <Show when={props.blocked}>{(reason) => <p class="text-warn">{reason()}.</p>}</Show>
      <div class="flex items-center justify-end gap-2">
        <Show when={isLive()}>
          <label class="flex min-h-6 flex-1 items-center gap-2 text-tape text-ink2">
            <input
              type="checkbox"
              data-testid="ticket-skip"
              checked={!asksBeforeLive(terminal.hello()?.mode)}
              onChange={(event) => setAsksBeforeLive(terminal.hello()?.mode, !event.currentTarget.checked)}
            />
            Do not ask again for {isReal() ? "live" : "simulated live"} orders on this device
          </label>
        </Show>
        <button
          ref={(made) => {
            back = made
          }}
          type="button"
          class="button"
          onClick={() => props.onBack()}
        >
          Back
        </button>
        <OnceButton
          class={isReal() ? "button-danger" : "button-primary"}
          testId="ticket-place"
          blocked={props.blocked}
          onPress={props.onPlace}
        >
          {props.moved === undefined ? `Place ${order()}` : "Take the new price"}
        </OnceButton>
      </div>
    </div>
  )
}

/** Which one it is, the engine decides when it is sent; the order then says why. */
const ArmedAccounts = (): JSX.Element => {
  const terminal = useTerminal()
  const brokers = followBrokers(terminal)
  const armed = createMemo(() =>
    (terminal.portfolio()?.armed ?? []).map(({ account }) => ({
      account,
      funds: brokers()?.accounts.find((each) => each.account === account)?.funds?.available
    }))
  )
  return (
    <Show when={armed().length > 0} fallback="no account: none is armed">
      <Show when={armed().length > 1}>whichever suits it best of</Show>
      <ul>
        <For each={armed()}>
          {({ account, funds }) => (
            <li>
              {account}
              <span class="text-ink2">{funds === undefined ? "" : `, ${rupees(funds)} free`}</span>
            </li>
          )}
        </For>
      </ul>
    </Show>
  )
}
