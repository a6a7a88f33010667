/** Accounts at brokers: how each does, its login, and what its broker says it holds. */
import { type AccountBookView, type AccountView, type BrokersView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createMemo, createSignal, For, type JSX, onCleanup, Show } from "solid-js"
import { useTerminal } from "../state/Terminal.ts"
import { AccountCard } from "./AccountCard.tsx"
import { AccountHoldings } from "./AccountHoldings.tsx"
import { AddAccountSheet } from "./AddAccountSheet.tsx"

const bookMillis = 2_000

export const BrokersPage = (): JSX.Element => {
  const terminal = useTerminal()
  const [view, setView] = createSignal<BrokersView>({ serverTime: 0, accounts: [] })
  const [chosen, setChosen] = createSignal<string>()
  const [book, setBook] = createSignal<AccountBookView>()
  const [adding, setAdding] = createSignal(false)
  onCleanup(terminal.link.follow((rpc) => rpc.WatchBrokers(), (values) => {
    const newest = values.at(-1)
    if (newest !== undefined) setView(newest)
  }))
  const ids = createMemo(
    () => view().accounts.map(({ account }) => account),
    [],
    { equals: (a, b) => a.length === b.length && a.every((id, place) => id === b[place]) }
  )
  const of = (id: string): AccountView | undefined => view().accounts.find(({ account }) => account === id)
  const shown = createMemo(() => chosen() ?? ids()[0])

  const fetchBook = async (): Promise<void> => {
    const account = shown()
    if (account === undefined) return
    const found = await terminal.link.ask((rpc) => rpc.AccountBook({ account })).catch(() => undefined)
    if (found !== undefined && found.account === shown()) setBook(found)
  }
  const timer = setInterval(() => terminal.linkState()._tag === "live" && void fetchBook(), bookMillis)
  onCleanup(() => clearInterval(timer))
  const choose = (account: string): void => {
    setChosen(account)
    void fetchBook()
  }

  return (
    <div class="flex h-full min-h-[520px] flex-col gap-2">
      <div class="flex items-center gap-2">
        <h1 class="flex-1 text-section font-semibold">Brokers</h1>
        <button type="button" class="button" data-testid="broker-add" onClick={() => setAdding(true)}>
          Add account
        </button>
      </div>
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
              Add an account to take ticks from your broker. All orders stay paper orders. To try everything without a
              broker, start <code class="text-ink">keepgaining serve --profile sim</code>.
            </p>
          </section>
        }
      >
        <ul class="grid flex-none grid-cols-[repeat(auto-fill,minmax(340px,1fr))] gap-2">
          <For each={ids()}>
            {(id) => (
              <li>
                <Show when={of(id)}>
                  {(account) => (
                    <AccountCard
                      account={account()}
                      serverTime={view().serverTime}
                      chosen={shown() === id}
                      onChoose={() => choose(id)}
                    />
                  )}
                </Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={shown()}>
          {(account) => (
            <AccountHoldings account={account()} book={book()?.account === account() ? book() : undefined} />
          )}
        </Show>
      </Show>
      <Show when={adding()}>
        <AddAccountSheet onClose={() => setAdding(false)} />
      </Show>
    </div>
  )
}
