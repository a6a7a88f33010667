/** The order ticket: a form, then a review, then one press. */
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import {
  liveBook,
  manualBook,
  type OrderType,
  type Product,
  type Side,
  type Validity,
  type Venue
} from "@keepgaining/core/orders/Order.ts"
import { createMemo, createSignal, For, type JSX, Show, untrack } from "solid-js"
import { createStore } from "solid-js/store"
import { Choice } from "../controls/Choice.tsx"
import { Field } from "../controls/Field.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { price, quantity } from "../format/numbers.ts"
import { asksBeforeLive, preferences, setAsksBeforeLive } from "../preferences/Preferences.ts"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import {
  draftOrder,
  hasLimit,
  hasTrigger,
  makeClientTag,
  movedSince,
  type OrderForm,
  productsOf
} from "./draftOrder.ts"
import { Estimate } from "./Estimate.tsx"
import { sideAndQuantity } from "./orderText.ts"
import { TicketReview } from "./TicketReview.tsx"
import { moneyWord, VenueChip } from "./VenueChip.tsx"

const types: ReadonlyArray<{ readonly value: OrderType; readonly title: string }> = [
  { value: "market", title: "Market" },
  { value: "limit", title: "Limit" },
  { value: "stop", title: "Stop" },
  { value: "stop-limit", title: "Stop limit" }
]
const validities: ReadonlyArray<{ readonly value: Validity; readonly title: string }> = [
  { value: "DAY", title: "Day" },
  { value: "IOC", title: "IOC" }
]

const venues: ReadonlyArray<{ readonly value: Venue; readonly title: string }> = [
  { value: "paper", title: "Paper" },
  { value: "live", title: "Live" }
]

/** A limit this far from the market gets a word of caution. */
const farFraction = 0.03
const wideFraction = 0.005

export const Ticket = (props: { readonly side: Side; readonly instrument: number }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  // The sheet is made anew for another instrument, so these stand still.
  const index = props.instrument
  const instrument = terminal.instruments()[index]
  const last = terminal.quotes.watch(index, "last")
  const bid = terminal.quotes.watch(index, "bid")
  const ask = terminal.quotes.watch(index, "ask")
  const rupeesText = (paise: number): string => Number.isFinite(paise) && paise > 0 ? (paise / 100).toFixed(2) : ""

  const [form, setForm] = createStore<OrderForm>({
    side: props.side,
    lots: "1",
    type: "market",
    limitPrice: rupeesText(last()),
    triggerPrice: "",
    validity: "DAY",
    product: "intraday",
    reduceOnly: false
  })
  // Made when the sheet opens: whatever happens to the press, it is the same order.
  const clientTag = makeClientTag()
  const commandId = crypto.randomUUID()
  /** Whether the session can send orders to brokers at all. */
  const canBeLive = (): boolean => terminal.portfolio()?.live === true
  const isArmed = (): boolean => (terminal.portfolio()?.armed.length ?? 0) > 0
  const [venue, setVenue] = createSignal<Venue>(
    untrack(() => canBeLive() && isArmed() ? preferences().ticketVenue : "paper")
  )
  const [placing, setPlacing] = createSignal(false)
  const [tried, setTried] = createSignal(false)
  const [reviewed, setReviewed] = createSignal<number>()
  const [checking, setChecking] = createSignal(false)

  const draft = createMemo(() => instrument === undefined ? undefined : draftOrder(form, instrument, index, clientTag))
  const errors = (): Readonly<Partial<Record<"lots" | "limitPrice" | "triggerPrice", string>>> => {
    const now = draft()
    return tried() && now?._tag === "Wrong" ? now.errors : {}
  }
  const ready = createMemo(() => {
    const now = draft()
    return now?._tag === "Ready" ? now.request : undefined
  })
  const held = createMemo(() =>
    (terminal.portfolio()?.positions ?? []).find((one) =>
      one.book === (venue() === "live" ? liveBook : manualBook) && one.instrument === index
    )
      ?.quantity ?? 0
  )
  const value = createMemo(() => (ready()?.quantity ?? Number.NaN) * (ready()?.limitPrice ?? last()))
  /** The limit, or the market as it was when the form last changed: an estimate does not follow every tick. */
  const expected = createMemo((): Paise => {
    const request = ready()
    return request?.limitPrice ?? paise(untrack(last))
  })
  const word = (): string => moneyWord(venue(), terminal.hello()?.mode)
  const isReal = (): boolean => venue() === "live" && terminal.hello()?.mode === "live"
  /** It is sent by the form's own button, without a review. */
  const isDirect = (): boolean => venue() === "live" && !asksBeforeLive(terminal.hello()?.mode)
  /** Nobody would take it, because it does more than make a position smaller. */
  const isUnarmed = createMemo(() => {
    const request = ready()
    if (venue() === "paper" || isArmed() || request === undefined) return false
    const reduces = held() * (request.side === "buy" ? -1 : 1) > 0 && request.quantity <= Math.abs(held())
    return !request.reduceOnly && !reduces
  })

  const blocked = createMemo(() => {
    if (terminal.blocked() !== undefined) return terminal.blocked()
    if (form.type === "market" && terminal.health()?.feed === "stale") return "No market orders while the feed is mute"
    const stage = terminal.killStage()
    if (stage === "lock") return "Trading is locked until the next session"
    return undefined
  })
  const cautions = createMemo(() => {
    const list: Array<string> = []
    const request = ready()
    if (request?.limitPrice !== undefined && Math.abs(request.limitPrice / last() - 1) > farFraction) {
      list.push(
        `The limit is ${Math.abs((request.limitPrice / last() - 1) * 100).toFixed(1)}% away from the last price.`
      )
    }
    if (bid() > 0 && ask() > 0 && (ask() - bid()) / ask() > wideFraction) {
      list.push(`The spread is wide: ${price(bid())} to ${price(ask())}.`)
    }
    if (terminal.killStage() === "pause") list.push("Entries are paused: the engine will refuse what opens exposure.")
    const sign = form.side === "buy" ? 1 : -1
    if (instrument?.kind === "option" && sign < 0 && held() <= 0) {
      list.push("This sells an option that you do not hold.")
    }
    return list
  })
  const moved = createMemo(() => movedSince(reviewed() ?? Number.NaN, last(), instrument?.tickSize ?? 1))

  const review = (event: SubmitEvent): void => {
    event.preventDefault()
    setTried(true)
    if (ready() === undefined) return
    if (!isDirect()) setReviewed(last())
    else if (blocked() === undefined) void place()
  }

  const place = async (): Promise<void> => {
    const request = ready()
    if (request === undefined || instrument === undefined || placing()) return
    if (moved()) {
      setReviewed(last())
      return
    }
    const label = `${word()} ${sideAndQuantity(request)} ${terminal.nameOf(index)}`
    setPlacing(true)
    const outcome = await terminal.run(label, { _tag: "PlaceOrder", request, venue: venue() }, {
      commandId,
      onLost: () => setChecking(true)
    })
    setChecking(false)
    setPlacing(false)
    // A refused command was decided under its id; the next try is another order and needs a sheet of its own.
    if (outcome._tag === "Done" || outcome._tag === "Refused") sheets.close()
  }

  return (
    <Sheet
      title={`${form.side === "buy" ? "Buy" : "Sell"} ${terminal.nameOf(index)}`}
      onClose={sheets.close}
      testId="ticket"
    >
      <div
        class="flex items-center gap-4 border-b border-line px-3 py-2"
        classList={{ hatch: venue() === "paper" && terminal.hello()?.mode !== "replay" }}
      >
        <VenueChip
          venue={venue()}
          more={isReal() ? "real money" : venue() === "live" ? "simulated brokers" : "simulated money"}
          testId="ticket-money"
        />
        <span>
          Last <b data-testid="ticket-last">{price(last())}</b>
        </span>
        <span class="text-ink2">Bid {price(bid())}</span>
        <span class="text-ink2">Ask {price(ask())}</span>
        <span class="text-ink2">Held {quantity(held())}</span>
      </div>
      <Show
        when={reviewed() !== undefined && ready()}
        fallback={
          <form class="flex flex-col gap-3 p-3" onSubmit={review}>
            <div class="flex gap-6">
              <Choice
                label="Side"
                testId="ticket-side"
                options={[{ value: "buy", title: "Buy" }, { value: "sell", title: "Sell" }]}
                value={form.side}
                onChange={(side) => setForm({ side })}
              />
              <Show when={canBeLive()}>
                <Choice
                  label="Paper or live"
                  testId="ticket-venue"
                  options={venues}
                  value={venue()}
                  onChange={setVenue}
                />
              </Show>
            </div>
            <div class="grid grid-cols-2 gap-3">
              <Field
                label={instrument?.lotSize === 1 ? "Quantity" : `Lots of ${instrument?.lotSize ?? "–"}`}
                help={instrument?.lotSize === 1
                  ? undefined
                  : `Quantity ${quantity(Number(form.lots) * (instrument?.lotSize ?? 1))}`}
                error={errors().lots}
              >
                {(ids) => (
                  <input
                    id={ids.id}
                    aria-describedby={ids.describedBy}
                    aria-invalid={errors().lots !== undefined}
                    class="field"
                    inputmode="numeric"
                    autocomplete="off"
                    autofocus
                    data-testid="ticket-lots"
                    value={form.lots}
                    onInput={(event) => setForm({ lots: event.currentTarget.value })}
                  />
                )}
              </Field>
              <Field label="Product">
                {(ids) => (
                  <select
                    id={ids.id}
                    class="field"
                    data-testid="ticket-product"
                    value={form.product}
                    // The options are the products of the instrument.
                    onChange={(event) => setForm({ product: event.currentTarget.value as Product })}
                  >
                    <For each={instrument === undefined ? [] : productsOf(instrument)}>
                      {(product) => <option value={product}>{product}</option>}
                    </For>
                  </select>
                )}
              </Field>
            </div>
            <Choice
              label="Type"
              testId="ticket-type"
              options={types}
              value={form.type}
              onChange={(type) => setForm({ type })}
            />
            <div class="grid grid-cols-2 gap-3">
              <Show when={hasTrigger(form.type)}>
                <Field label="Trigger price, ₹" error={errors().triggerPrice}>
                  {(ids) => (
                    <input
                      id={ids.id}
                      aria-describedby={ids.describedBy}
                      aria-invalid={errors().triggerPrice !== undefined}
                      class="field"
                      inputmode="decimal"
                      autocomplete="off"
                      data-testid="ticket-trigger"
                      value={form.triggerPrice}
                      onInput={(event) => setForm({ triggerPrice: event.currentTarget.value })}
                    />
                  )}
                </Field>
              </Show>
              <Show when={hasLimit(form.type)}>
                <Field label="Limit price, ₹" error={errors().limitPrice}>
                  {(ids) => (
                    <input
                      id={ids.id}
                      aria-describedby={ids.describedBy}
                      aria-invalid={errors().limitPrice !== undefined}
                      class="field"
                      inputmode="decimal"
                      autocomplete="off"
                      data-testid="ticket-limit"
                      value={form.limitPrice}
                      onInput={(event) => setForm({ limitPrice: event.currentTarget.value })}
                    />
                  )}
                </Field>
              </Show>
            </div>
            <div class="flex items-center gap-4">
              <Choice
                label="Validity"
                options={validities}
                value={form.validity}
                onChange={(validity) => setForm({ validity })}
              />
              <label class="flex min-h-6 items-center gap-2">
                <input
                  type="checkbox"
                  checked={form.reduceOnly}
                  onChange={(event) => setForm({ reduceOnly: event.currentTarget.checked })}
                />
                Only make a position smaller
              </label>
            </div>
            <Estimate request={ready()} price={expected()} />
            <Cautions lines={cautions()} unarmed={isUnarmed()} />
            <Show when={isDirect()}>
              <p class="flex items-center gap-2 border-l-2 border-warn pl-2 text-warn" data-testid="ticket-direct">
                Sent at once: this device does not ask before live orders.
                <button
                  type="button"
                  class="button button-small"
                  data-testid="ticket-ask-again"
                  onClick={() => setAsksBeforeLive(terminal.hello()?.mode, true)}
                >
                  Ask again
                </button>
              </p>
              <Show when={blocked()}>{(reason) => <p class="text-warn">{reason()}.</p>}</Show>
            </Show>
            <div class="flex justify-end gap-2">
              <button type="button" class="button" onClick={sheets.close}>Cancel</button>
              <Show
                when={isDirect()}
                fallback={
                  <button type="submit" class="button button-primary" data-testid="ticket-review">Review</button>
                }
              >
                <button
                  type="submit"
                  class="button"
                  classList={{ "button-danger": isReal(), "button-primary": !isReal() }}
                  aria-disabled={placing() || blocked() !== undefined ? "true" : undefined}
                  data-testid="ticket-send"
                >
                  {form.side === "buy" ? "Buy" : "Sell"} {word()} now
                </button>
              </Show>
            </div>
          </form>
        }
      >
        {(request) => (
          <TicketReview
            request={request()}
            venue={venue()}
            last={last()}
            value={value()}
            expected={expected()}
            cautions={<Cautions lines={cautions()} unarmed={isUnarmed()} />}
            moved={moved() ? reviewed() : undefined}
            checking={checking()}
            blocked={blocked()}
            onBack={() => setReviewed(undefined)}
            onPlace={place}
          />
        )}
      </Show>
    </Sheet>
  )
}

const Cautions = (props: { readonly lines: ReadonlyArray<string>; readonly unarmed: boolean }): JSX.Element => {
  const sheets = useSheets()
  return (
    <Show when={props.lines.length > 0 || props.unarmed}>
      <ul class="border-l-2 border-warn pl-2 text-warn" aria-label="Cautions">
        <Show when={props.unarmed}>
          <li data-testid="ticket-unarmed">
            No account is armed for live orders today: the engine will refuse what opens a position.{" "}
            <a class="underline" href="/brokers" onClick={sheets.close}>Arm one</a>
          </li>
        </Show>
        <For each={props.lines}>{(line) => <li>{line}</li>}</For>
      </ul>
    </Show>
  )
}
