/**
 * A new GTT order: a form, then a review, then one press. It goes past the engine's order ticket to the broker, who keeps it, so it
 * asks for an armed account and says what the engine does not do for it.
 */
import { type Product } from "@keepgaining/core/orders/Order.ts"
import { type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import { GttUnknown } from "@keepgaining/rpc/contract/Gtt.ts"
import { createMemo, createSignal, For, type JSX, onCleanup, Show } from "solid-js"
import { createStore } from "solid-js/store"
import { brokerTitles, obstacles } from "../brokers/accountText.ts"
import { ArmSheet } from "../brokers/ArmSheet.tsx"
import { refusalOf } from "../brokers/attempt.ts"
import { Choice } from "../controls/Choice.tsx"
import { Field } from "../controls/Field.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { price, quantity, rupees } from "../format/numbers.ts"
import { clock } from "../format/times.ts"
import { moneyWord, VenueChip } from "../orders/VenueChip.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { addDoubt } from "./doubts.ts"
import {
  draftGtt,
  type GttDraft,
  type GttField,
  type GttForm,
  type GttOrder,
  gttProducts,
  type GttRules,
  gttRules
} from "./draftGtt.ts"
import { type GttLists } from "./GttLists.ts"
import { legsText, orderText } from "./gttText.ts"
import { InstrumentPicker } from "./InstrumentPicker.tsx"

type TextField = "lots" | "trigger" | "limit" | "trigger2" | "limit2"

interface Refusal {
  readonly reason: string
  readonly remedy: string | undefined
}

/** `reason. remedy.` with one full stop each. */
const sentences = ({ reason, remedy }: Refusal): string =>
  [reason, remedy ?? ""].filter((part) => part !== "").map((part) => `${part.replace(/\.$/, "")}.`).join(" ")

export const GttSheet = (props: {
  readonly accounts: ReadonlyArray<string>
  readonly accountOf: (account: string) => AccountView | undefined
  /** Clock of the server, epoch ms. */
  readonly serverTime: number
  readonly lists: GttLists
  readonly onClose: () => void
}): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const isArmed = (id: string): boolean => (terminal.portfolio()?.armed ?? []).some(({ account }) => account === id)
  const [account, setAccount] = createSignal(props.accounts.find(isArmed) ?? props.accounts[0] ?? "")
  const [form, setForm] = createStore<GttForm>({
    side: "buy",
    lots: "1",
    product: "delivery",
    kind: "single",
    trigger: "",
    limit: "",
    trigger2: "",
    limit2: ""
  })
  const [tried, setTried] = createSignal(false)
  const [arming, setArming] = createSignal(false)
  const [reviewed, setReviewed] = createSignal<Extract<GttDraft, { readonly _tag: "Ready" }>>()
  const [placing, setPlacing] = createSignal(false)
  const [refusal, setRefusal] = createSignal<Refusal>()
  const [unknown, setUnknown] = createSignal<Refusal>()
  /** The same press is the same order, however often it is asked for; after a refusal the next one is another. */
  let commandId: string = crypto.randomUUID()
  let isOpen = true
  onCleanup(() => {
    isOpen = false
  })

  const view = (): AccountView | undefined => props.accountOf(account())
  const rules = createMemo((): GttRules => gttRules[view()?.broker ?? "kite"])
  const allows = (index: number): boolean => {
    const kind = terminal.instruments()[index]?.kind
    return kind !== undefined && kind !== "index" && (!rules().sharesOnly || kind === "equity")
  }
  const [picked, setPicked] = createSignal(sheets.focused())
  /** What has the focus on other pages is a suggestion, and may not be one for this account. */
  const index = createMemo(() => {
    const found = picked()
    return found !== undefined && allows(found) ? found : undefined
  })
  const instrument = createMemo(() => terminal.instruments()[index() ?? -1])
  const last = createMemo(() => terminal.quotes.watch(index() ?? -1, "last")())
  const products = createMemo(() => gttProducts(rules(), instrument()))
  const product = (): Product => products().find((each) => each === form.product) ?? products()[0] ?? form.product
  const kind = (): GttForm["kind"] => rules().oco ? form.kind : "single"
  const draft = createMemo(() =>
    draftGtt({ ...form, product: product(), kind: kind() }, instrument(), rules(), last() > 0 ? last() : Number.NaN)
  )
  const errors = (): Readonly<Partial<Record<GttField, string>>> => {
    const now = draft()
    return tried() && now._tag === "Wrong" ? now.errors : {}
  }
  const cautions = (): ReadonlyArray<string> => {
    const now = draft()
    return now._tag === "Ready" ? now.cautions : []
  }
  const isReal = (): boolean => terminal.hello()?.mode === "live" && view()?.simulated !== true
  const canBeLive = (): boolean => terminal.portfolio()?.live === true
  const blocked = createMemo((): string | undefined => {
    const stage = terminal.killStage()
    const [obstacle] = obstacles(view() ?? { phase: "logged-out", simulated: true, staticIp: null, algo: null })
    return terminal.blocked() ??
      (!canBeLive() ? "This session trades on paper only" : undefined) ??
      (stage === "none" ? undefined : `The kill switch is at ${stage}: release it first`) ??
      (obstacle === undefined ? undefined : `${account()} takes no order: ${obstacle}`) ??
      (isArmed(account()) ? undefined : `${account()} is not armed, so it takes no live orders`)
  })

  const review = (event: SubmitEvent): void => {
    event.preventDefault()
    setTried(true)
    const now = draft()
    if (now._tag === "Ready") setReviewed(now)
  }

  const place = async (order: GttOrder): Promise<void> => {
    const asked = account()
    const at = props.serverTime
    const label = `GTT ${orderText(order)} at ${asked}`
    const call = { account: asked, commandId, bootId: terminal.hello()?.bootId ?? "" }
    setRefusal(undefined)
    setPlacing(true)
    try {
      const id = await terminal.link.ask((rpc) => rpc.PlaceGtt({ ...call, ...order }))
      terminal.notices.show("info", `${label}: placed as ${id}`)
      if (isOpen) props.onClose()
    } catch (failure) {
      const said = refusalOf(failure)
      if (failure instanceof GttUnknown) {
        const text = `${label}, ${legsText(order)}, asked for at ${clock(at)}. ${sentences(said)}`
        addDoubt({ account: asked, text })
        terminal.notices.show("warning", `${label}: ${said.reason}`, said.remedy)
        setUnknown(said)
      } else {
        commandId = crypto.randomUUID()
        setRefusal(said)
        if (!isOpen) terminal.notices.show("refusal", `${label}: ${said.reason}`, said.remedy)
      }
    } finally {
      setPlacing(false)
      void props.lists.look(asked)
    }
  }

  const input = (name: TextField, label: () => string, help?: () => string | undefined): JSX.Element => (
    <Field label={label()} help={help?.()} error={errors()[name]}>
      {(ids) => (
        <input
          id={ids.id}
          aria-describedby={ids.describedBy}
          aria-invalid={errors()[name] !== undefined}
          class="field"
          inputmode={name === "lots" ? "numeric" : "decimal"}
          autocomplete="off"
          data-testid={`gtt-${name}`}
          value={form[name]}
          onInput={(event) => setForm({ [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  )
  const isOco = (): boolean => kind() === "oco"
  const tickHelp = (): string | undefined =>
    instrument() === undefined ? undefined : `In steps of ${price(instrument()?.tickSize ?? Number.NaN)}`

  return (
    <Show
      when={arming() && view()}
      fallback={
        <Sheet
          title="New GTT order"
          description="The broker watches the price, for days or up to a year, and then places a limit order. It needs no running engine."
          onClose={props.onClose}
          testId="gtt-sheet"
        >
          <Show when={unknown()}>
            {(said) => (
              <div class="flex flex-col gap-3 p-3" role="alert" data-testid="gtt-unknown">
                <p class="text-section font-semibold text-warn">Nobody can say whether it was placed</p>
                <p>{sentences(said())}</p>
                <p class="text-ink2">
                  It is not sent again by itself. The tab GTT says so until you say that you have looked.
                </p>
                <div class="flex justify-end">
                  <button type="button" class="button button-primary" onClick={() => props.onClose()}>
                    See the list
                  </button>
                </div>
              </div>
            )}
          </Show>
          <Show when={unknown() === undefined && reviewed()}>
            {(ready) => (
              <div class="flex flex-col gap-3 p-3" data-testid="gtt-review">
                <p class="flex items-center gap-2 text-section font-semibold">
                  <VenueChip venue="live" more={isReal() ? "real money" : "simulated brokers"} />
                  {ready().order.side.toUpperCase()} {quantity(ready().order.quantity)} {terminal.nameOf(index() ?? -1)}
                </p>
                <ul class="flex list-disc flex-col gap-1.5 pl-5">
                  <li>
                    {account()} places it {legsText(ready().order)}
                    {ready().order.legs.length > 1 ? "; the first that is reached cancels the other" : ""}.
                    {last() > 0 ? ` The last price is ${price(last())}.` : ""}
                  </li>
                  <li>
                    Product {ready().order.product}; at {ready().order.legs.length > 1 ? "the higher" : "its"}{" "}
                    limit it comes to {rupees(
                      ready().order.quantity * Math.max(...ready().order.legs.map(({ limitPrice }) => limitPrice))
                    )}.
                  </li>
                  <li>
                    {isReal() ? <b>Real money.</b> : "No real money: simulated brokers."}{" "}
                    Once the broker has it, neither the engine's risk limits nor its kill switch hold it back.
                  </li>
                  <For each={ready().cautions}>{(text) => <li class="text-warn">{text}</li>}</For>
                </ul>
                <Show when={placing()}>
                  <p class="text-warn" role="status" data-testid="gtt-waiting">
                    {terminal.linkState()._tag === "live"
                      ? "Sent. If the broker's answer is lost it is looked for in its list, which may take a minute."
                      : "The connection was lost. What became of it is being asked for; it is not sent twice."}
                  </p>
                </Show>
                <Show when={refusal()}>
                  {(said) => <p class="text-down" role="alert" data-testid="gtt-refused">{sentences(said())}</p>}
                </Show>
                <Show when={!placing() && blocked()}>{(reason) => <p class="text-warn">{reason()}.</p>}</Show>
                <div class="flex justify-end gap-2">
                  <button
                    ref={(made) => {
                      queueMicrotask(() => made.focus())
                    }}
                    type="button"
                    class="button"
                    aria-disabled={placing() ? "true" : undefined}
                    onClick={() => !placing() && setReviewed(undefined)}
                  >
                    Back
                  </button>
                  <OnceButton
                    class={isReal() ? "button-danger" : "button-primary"}
                    testId="gtt-place"
                    blocked={blocked()}
                    onPress={() => place(ready().order)}
                  >
                    Place {moneyWord("live", terminal.hello()?.mode)} GTT
                  </OnceButton>
                </div>
              </div>
            )}
          </Show>
          <Show when={unknown() === undefined && reviewed() === undefined}>
            <form class="flex flex-col gap-3 p-3" onSubmit={review}>
              <Field label="Account" help={rules().text === "" ? undefined : rules().text}>
                {(ids) => (
                  <select
                    id={ids.id}
                    aria-describedby={ids.describedBy}
                    class="field"
                    autofocus
                    data-testid="gtt-account"
                    onChange={(event) => setAccount(event.currentTarget.value)}
                  >
                    <For each={props.accounts}>
                      {(id) => (
                        <option value={id} selected={id === account()}>
                          {id}, {brokerTitles[props.accountOf(id)?.broker ?? "kite"]}
                          {isArmed(id) ? ", armed" : ""}
                        </option>
                      )}
                    </For>
                  </select>
                )}
              </Field>
              <Show when={blocked()}>
                {(reason) => (
                  <p class="flex items-center gap-2 border-l-2 border-warn pl-2 text-warn" data-testid="gtt-blocked">
                    <span class="flex-1">{reason()}.</span>
                    <Show when={canBeLive() && !isArmed(account()) && view() !== undefined}>
                      <button
                        type="button"
                        class="button button-small"
                        data-testid="gtt-arm"
                        onClick={() =>
                          setArming(true)}
                      >
                        Arm for today…
                      </button>
                    </Show>
                  </p>
                )}
              </Show>
              <InstrumentPicker
                value={index()}
                onChange={setPicked}
                allows={allows}
                error={errors().instrument}
                testId="gtt-instrument"
              />
              <div class="flex flex-wrap items-center gap-x-6 gap-y-2">
                <Choice
                  label="Side"
                  testId="gtt-side"
                  options={[{ value: "buy", title: "Buy" }, { value: "sell", title: "Sell" }]}
                  value={form.side}
                  onChange={(side) => setForm({ side })}
                />
                <Show when={rules().oco}>
                  <Choice
                    label="Triggers"
                    testId="gtt-kind"
                    options={[
                      { value: "single", title: "One trigger" },
                      { value: "oco", title: "Two, one cancels the other" }
                    ]}
                    value={form.kind}
                    onChange={(chosen) => setForm({ kind: chosen })}
                  />
                </Show>
                <span class="text-ink2">
                  Last <b class="text-ink" data-testid="gtt-last">{price(last())}</b>
                </span>
              </div>
              <div class="grid grid-cols-2 gap-3">
                {input(
                  "lots",
                  () => (instrument()?.lotSize ?? 1) === 1 ? "Quantity" : `Lots of ${instrument()?.lotSize}`,
                  () =>
                    (instrument()?.lotSize ?? 1) === 1
                      ? undefined
                      : `Quantity ${quantity(Number(form.lots) * (instrument()?.lotSize ?? 1))}`
                )}
                <Field label="Product" error={errors().product}>
                  {(ids) => (
                    <select
                      id={ids.id}
                      aria-describedby={ids.describedBy}
                      class="field"
                      data-testid="gtt-product"
                      // The options are products.
                      onChange={(event) => setForm({ product: event.currentTarget.value as Product })}
                    >
                      <For each={products()}>
                        {(each) => <option value={each} selected={each === product()}>{each}</option>}
                      </For>
                    </select>
                  )}
                </Field>
                {input("trigger", () => isOco() ? "Lower trigger, ₹" : "Trigger, ₹", tickHelp)}
                <Show when={!rules().limitIsTrigger} fallback={<span />}>
                  {input("limit", () => isOco() ? "Its limit, ₹" : "Limit, ₹", () => "Empty: the trigger")}
                </Show>
                <Show when={isOco()}>
                  {input("trigger2", () => "Upper trigger, ₹", tickHelp)}
                  {input("limit2", () => "Its limit, ₹", () => "Empty: the trigger")}
                </Show>
              </div>
              <Show when={cautions().length > 0}>
                <ul class="border-l-2 border-warn pl-2 text-warn" aria-label="Cautions">
                  <For each={cautions()}>{(text) => <li>{text}</li>}</For>
                </ul>
              </Show>
              <div class="flex justify-end gap-2">
                <button type="button" class="button" onClick={() => props.onClose()}>Cancel</button>
                <button type="submit" class="button button-primary" data-testid="gtt-review-button">Review</button>
              </div>
            </form>
          </Show>
        </Sheet>
      }
    >
      {(armable) => <ArmSheet account={armable()} serverTime={props.serverTime} onClose={() => setArming(false)} />}
    </Show>
  )
}
