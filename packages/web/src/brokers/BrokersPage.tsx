/** Accounts at brokers: how each does, its login, whether it takes live orders, and what the brokers say they hold. */
import { type AccountBookView, type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createEffect, createMemo, createSignal, For, type JSX, onCleanup, Show } from "solid-js"
import { quantity, rupees } from "../format/numbers.ts"
import { useTerminal } from "../state/Terminal.ts"
import { AccountCard } from "./AccountCard.tsx"
import { AddAccountSheet } from "./AddAccountSheet.tsx"
import { fundsTogether } from "./aggregate.ts"
import { BooksPanel } from "./BooksPanel.tsx"
import { followBrokers } from "./followBrokers.ts"

const bookMillis = 2_000

export const BrokersPage = (): JSX.Element => {
  const terminal = useTerminal()
  const view = followBrokers(terminal)
  const [chosen, setChosen] = createSignal<string>()
  const [books, setBooks] = createSignal<ReadonlyArray<AccountBookView>>([])
  const [adding, setAdding] = createSignal(false)
  const accounts = (): ReadonlyArray<AccountView> => view()?.accounts ?? []
  const ids = createMemo(
    () => accounts().map(({ account }) => account),
    [],
    { equals: (a, b) => a.length === b.length && a.every((id, place) => id === b[place]) }
  )
  const of = (id: string): AccountView | undefined => accounts().find(({ account }) => account === id)
  const scope = createMemo(() => ids().find((id) => id === chosen()))

  const look = async (): Promise<void> => {
    const found = await Promise.all(
      ids().map((account) => terminal.link.ask((rpc) => rpc.AccountBook({ account })).catch(() => undefined))
    )
    setBooks(found.filter((book) => book !== undefined))
  }
  // One look at a time, however slow the answers are.
  let looking = false
  const timer = setInterval(() => {
    if (looking || terminal.linkState()._tag !== "live" || document.visibilityState === "hidden") return
    looking = true
    void look().finally(() => {
      looking = false
    })
  }, bookMillis)
  onCleanup(() => clearInterval(timer))
  // An account that comes is looked at without waiting.
  createEffect(() => ids().length > 0 && void look())

  return (
    <div class="flex h-full min-h-[640px] flex-col gap-2">
      <div class="flex items-center gap-4">
        <h1 class="text-section font-semibold">Brokers</h1>
        <Show when={ids().length > 0} fallback={<span class="flex-1" />}>
          <Summary accounts={accounts()} />
        </Show>
        <button type="button" class="button" data-testid="broker-add" onClick={() => setAdding(true)}>
          Add account
        </button>
      </div>
      <Show when={view() !== undefined}>
        <Show
          when={ids().length > 0}
          fallback={
            <section class="panel p-4" data-testid="no-brokers">
              <p>
                No broker account yet. The market you see is {terminal.hello()?.mode === "replay"
                  ? "a recorded one."
                  : "a generated one."}
              </p>
              <p class="text-ink2">
                Add an account to take ticks from your broker, and to send orders to it in a session with{" "}
                <code class="text-ink">--profile live</code>. To try everything without a broker, start{" "}
                <code class="text-ink">keepgaining serve --profile sim</code>.
              </p>
            </section>
          }
        >
          <Show when={terminal.portfolio()?.live === false}>
            <p class="text-ink2" data-testid="paper-only">
              This session trades on paper only, so nothing can be armed. Start one with{" "}
              <code class="text-ink">keepgaining serve --profile live</code> to send orders to your brokers.
            </p>
          </Show>
          <ul class="grid flex-none grid-cols-[repeat(auto-fill,minmax(288px,1fr))] gap-2">
            <For each={ids()}>
              {(id) => (
                <li class="flex">
                  <Show when={of(id)}>
                    {(account) => (
                      <AccountCard
                        account={account()}
                        serverTime={view()?.serverTime ?? 0}
                        accounts={accounts().filter(({ sandbox }) => !sandbox).length}
                        chosen={scope() === id}
                        onChoose={() => setChosen(scope() === id ? undefined : id)}
                      />
                    )}
                  </Show>
                </li>
              )}
            </For>
          </ul>
          <BooksPanel
            accounts={ids()}
            accountOf={of}
            serverTime={view()?.serverTime ?? 0}
            books={books()}
            chosen={scope()}
            onChoose={setChosen}
          />
        </Show>
      </Show>
      <Show when={adding()}>
        <AddAccountSheet onClose={() => setAdding(false)} />
      </Show>
    </div>
  )
}

/** All accounts in one line. */
const Summary = (props: { readonly accounts: ReadonlyArray<AccountView> }): JSX.Element => {
  const terminal = useTerminal()
  // A sandbox has none.
  const funds = createMemo(() => fundsTogether(props.accounts.filter(({ sandbox }) => !sandbox)))
  const live = (): number => props.accounts.filter(({ phase }) => phase === "live").length
  const armed = (): number => terminal.portfolio()?.armed.length ?? 0
  return (
    <dl class="flex flex-1 flex-wrap items-baseline gap-x-4 text-tape" data-testid="brokers-summary">
      <Figure title="Logged in">{live()} of {props.accounts.length}</Figure>
      <Show when={terminal.portfolio()?.live === true}>
        <Figure title="Armed">{armed() === 0 ? "none" : `${armed()} of ${props.accounts.length}`}</Figure>
      </Show>
      <Figure title="Free funds">
        <span data-testid="funds-free">{rupees(funds().available)}</span>
        {funds().missing > 0 ? `, ${funds().missing} not known` : ""}
      </Figure>
      <Figure title="In use">{rupees(funds().used)}</Figure>
      <Figure title="Open orders">
        {quantity(props.accounts.reduce((sum, { openOrders }) => sum + openOrders, 0))}
      </Figure>
    </dl>
  )
}

const Figure = (props: { readonly title: string; readonly children: JSX.Element }): JSX.Element => (
  <div class="flex gap-1.5">
    <dt class="text-ink2">{props.title}</dt>
    <dd class="font-semibold">{props.children}</dd>
  </div>
)
