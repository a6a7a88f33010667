/** Puts a strategy to work: which, on what, how much, with which parameters; then a review and one press. */
import { type Deployment } from "@keepgaining/core/deployments/Deployment.ts"
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { type StrategyDescription } from "@keepgaining/rpc/contract/Trading.ts"
import { createMemo, createResource, createSignal, For, type JSX, Show } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { Field } from "../controls/Field.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { rupees } from "../format/numbers.ts"
import { title } from "../format/symbols.ts"
import { moneyWord, VenueChip } from "../orders/VenueChip.tsx"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { fieldError, parameterFields, readParameters } from "./parameterFields.ts"
import { ParameterForm } from "./ParameterForm.tsx"

const shownSymbols = 30

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

/** `volumerocket-1`, the first number that is free. */
const freeId = (strategy: string, taken: ReadonlyMap<string, unknown>): string => {
  const base = strategy.toLowerCase()
  for (let number = 1;; number++) {
    const id = `${base}-${number}`
    if (!taken.has(id)) return id
  }
}

export const DeploySheet = (props: { readonly symbols: ReadonlyArray<string> }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const [strategies] = createResource(() => terminal.link.ask((rpc) => rpc.Strategies()))
  const [name, setName] = createSignal<string>()
  const [chosen, setChosen] = createSignal<ReadonlyArray<string>>(props.symbols)
  const [filter, setFilter] = createSignal("")
  const [lots, setLots] = createSignal("1")
  const [mode, setMode] = createSignal<Deployment["mode"]>("paper")
  const [texts, setTexts] = createSignal<Readonly<Record<string, string>>>({})
  const [typedId, setTypedId] = createSignal<string>()
  const [reviewing, setReviewing] = createSignal(false)
  const commandId = crypto.randomUUID()

  const strategy = createMemo((): StrategyDescription | undefined => {
    const all = strategies() ?? []
    return all.find((one) => one.name === name()) ?? all[0]
  })
  const fields = createMemo(() => parameterFields(strategy()?.parameters))
  const id = (): string => typedId() ?? freeId(strategy()?.name ?? "strategy", terminal.deployments())
  const matches = createMemo(() => {
    const words = filter().toLowerCase().split(/\s+/)
    return terminal.instruments()
      .filter((instrument) => {
        const text = `${instrument.symbol} ${title(instrument)}`.toLowerCase()
        return isTradable(instrument) && words.every((word) => text.includes(word))
      })
      .slice(0, shownSymbols)
  })
  const toggle = (symbol: string): void =>
    void setChosen((all) => all.includes(symbol) ? all.filter((one) => one !== symbol) : [...all, symbol])

  const lotsError = (): string | undefined =>
    /^[1-9]\d{0,6}$/.test(lots().trim()) ? undefined : "A whole number, 1 or more"
  const idError = (): string | undefined =>
    id().trim() === "" ? "Needed" : terminal.deployments().has(id().trim()) ? "There is one of that name" : undefined
  const wrong = createMemo(() => {
    if (strategy() === undefined) return "No strategy"
    if (chosen().length === 0) return "Choose at least one instrument"
    if (idError() !== undefined) return `Name: ${idError()}`
    if (lotsError() !== undefined) return `Lots: ${lotsError()}`
    for (const field of fields()) {
      const error = fieldError(field, texts()[field.name] ?? field.initial)
      if (error !== undefined) return `${field.title}: ${error}`
    }
    return undefined
  })

  const isReal = (): boolean => terminal.hello()?.mode === "live"
  const armed = (): string => (terminal.portfolio()?.armed ?? []).map(({ account }) => account).join(", ")
  /** What an entry of a lot count comes to at the last prices, paise: the dearest of the chosen instruments. */
  const largest = createMemo(() =>
    Math.max(
      0,
      ...chosen().map((symbol) => {
        const index = terminal.indexOf(symbol)
        const lotSize = index === undefined ? 0 : terminal.instruments()[index]?.lotSize ?? 0
        return index === undefined ? 0 : Number(lots()) * lotSize * (terminal.quotes.value(index, "last") || 0)
      })
    )
  )
  const word = (): string => mode() === "live" ? `${moneyWord("live", terminal.hello()?.mode)} ` : ""

  const start = async (): Promise<void> => {
    const described = strategy()
    if (described === undefined) return
    if (mode() === "live" && !reviewing()) {
      setReviewing(true)
      return
    }
    const deployment: Deployment = {
      id: id().trim(),
      strategy: described.name,
      parameters: readParameters(fields(), texts()),
      instruments: chosen(),
      lots: Number(lots()),
      mode: mode()
    }
    const outcome = await terminal.run(`Start ${deployment.id}`, { _tag: "Deploy", deployment }, { commandId })
    // A refused id is used up: the sheet is opened anew for another try.
    if (outcome._tag === "Done" || outcome._tag === "Refused") sheets.close()
  }

  return (
    <Sheet title="Start a strategy" onClose={sheets.close} testId="deploy-sheet" wide>
      <Show when={reviewing()}>
        <section class="flex flex-col gap-3 p-3" aria-label="Confirm" data-testid="deploy-confirm">
          <p class="flex items-center gap-2 text-section font-semibold">
            <VenueChip venue="live" more={isReal() ? "real money" : "simulated brokers"} /> {strategy()?.name} as {id()}
          </p>
          <ul class="flex list-disc flex-col gap-1.5 pl-5">
            <li>
              It sends orders by itself,{" "}
              {isReal() ? "with real money" : "to simulated brokers"}, without asking again: entries, stops, targets and
              exits.
            </li>
            <li>
              On {chosen().join(", ")}; {counted(Number(lots()), "lot")} an entry, which is up to {rupees(largest())}
              {" "}
              at the last prices, in each of them.
            </li>
            <li>
              {armed() === ""
                ? "No account is armed: its entries are refused until you arm one on the Brokers page."
                : `Through ${armed()}, as long as they are armed: until midnight. Exits go on in any case.`}
            </li>
            <li>Risk limits and the kill switch hold for it, as for everything. Pause or stop it at any time.</li>
          </ul>
        </section>
      </Show>
      <div class="flex flex-col gap-4 p-3" classList={{ hidden: reviewing() }}>
        <div class="grid grid-cols-2 gap-3">
          <Field label="Strategy" help={strategy()?.summary}>
            {(ids) => (
              <select
                id={ids.id}
                aria-describedby={ids.describedBy}
                class="field"
                data-testid="deploy-strategy"
                onChange={(event) => {
                  setName(event.currentTarget.value)
                  setTexts({})
                }}
              >
                <For each={strategies() ?? []} fallback={<option value="">…</option>}>
                  {(one) => (
                    <option value={one.name} selected={one.name === strategy()?.name}>{one.name} v{one.version}</option>
                  )}
                </For>
              </select>
            )}
          </Field>
          <Field label="Name of the deployment" error={idError()}>
            {(ids) => (
              <input
                id={ids.id}
                aria-describedby={ids.describedBy}
                class="field"
                autocomplete="off"
                maxlength={40}
                data-testid="deploy-id"
                value={id()}
                onInput={(event) => setTypedId(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label="Lots per entry" error={lotsError()}>
            {(ids) => (
              <input
                id={ids.id}
                aria-describedby={ids.describedBy}
                class="field"
                inputmode="numeric"
                autocomplete="off"
                data-testid="deploy-lots"
                value={lots()}
                onInput={(event) => setLots(event.currentTarget.value)}
              />
            )}
          </Field>
          <div class="flex flex-col gap-0.5">
            <span class="text-tape font-medium text-ink2">Mode</span>
            <Choice
              label="Mode"
              testId="deploy-mode"
              options={[
                { value: "paper", title: "Paper" },
                { value: "signal", title: "Signals only" },
                ...(terminal.portfolio()?.live === true
                  ? [{ value: "live" as const, title: isReal() ? "Live: real money" : "Live: simulated brokers" }]
                  : [])
              ]}
              value={mode()}
              onChange={setMode}
            />
          </div>
        </div>
        <fieldset class="flex flex-col gap-2">
          <legend class="text-tape font-medium text-ink2">Instruments, {chosen().length} chosen</legend>
          <Show when={chosen().length > 0}>
            <ul class="flex flex-wrap gap-1">
              <For each={chosen()}>
                {(symbol) => (
                  <li>
                    <button
                      type="button"
                      class="button button-small"
                      aria-pressed="true"
                      aria-label={`Remove ${symbol}`}
                      onClick={() => toggle(symbol)}
                    >
                      {symbol} ×
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </Show>
          <input
            class="field"
            type="search"
            placeholder="Find an instrument"
            aria-label="Find an instrument"
            data-testid="deploy-filter"
            value={filter()}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
          <ul class="flex max-h-32 flex-wrap gap-1 overflow-auto" aria-label="Instruments found" tabindex={0}>
            <For each={matches()} fallback={<li class="text-ink2">Nothing has such a name.</li>}>
              {(instrument) => (
                <li>
                  <button
                    type="button"
                    class="button button-small"
                    aria-pressed={chosen().includes(instrument.symbol)}
                    data-testid={`deploy-symbol-${instrument.symbol}`}
                    onClick={() => toggle(instrument.symbol)}
                  >
                    {title(instrument)}
                  </button>
                </li>
              )}
            </For>
          </ul>
        </fieldset>
        <Show when={fields().length > 0}>
          <h3 class="font-semibold">Parameters</h3>
          <ParameterForm
            fields={fields()}
            texts={texts()}
            onChange={(field, text) => setTexts((all) => ({ ...all, [field]: text }))}
          />
        </Show>
      </div>
      <div class="flex items-center justify-end gap-2 border-t border-line p-3">
        <span class="flex-1 text-ink2">
          {wrong() ?? `${counted(chosen().length, "instrument")}, ${counted(Number(lots()), "lot")} each, ${mode()}`}
        </span>
        <Show
          when={reviewing()}
          fallback={<button type="button" class="button" onClick={sheets.close}>Cancel</button>}
        >
          <button
            ref={(made) => {
              queueMicrotask(() => made.focus())
            }}
            type="button"
            class="button"
            onClick={() => setReviewing(false)}
          >
            Back
          </button>
        </Show>
        <OnceButton
          class={reviewing() && isReal() ? "button-danger" : "button-primary"}
          testId={reviewing() ? "deploy-live" : "deploy-start"}
          blocked={terminal.blocked() ?? wrong()}
          onPress={start}
        >
          {mode() === "live" && !reviewing() ? "Review" : `Start ${word()}${id()}`}
        </OnceButton>
      </div>
    </Sheet>
  )
}
