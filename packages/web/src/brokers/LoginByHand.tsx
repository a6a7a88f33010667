/**
 * A login by hand: the broker's own page in another tab, which sends the browser back to this engine; where it cannot (another
 * machine, another redirect URL), the address it went to is pasted.
 */
import { type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createSignal, type JSX, Show } from "solid-js"
import { Field } from "../controls/Field.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { brokerTitles } from "./accountText.ts"
import { attempt } from "./attempt.ts"

export const LoginByHand = (props: { readonly account: AccountView }): JSX.Element => {
  const terminal = useTerminal()
  const [page, setPage] = createSignal<string>()
  const [pasted, setPasted] = createSignal("")
  const id = (): string => props.account.account
  const begin = (): Promise<boolean> =>
    attempt(terminal, `Login of ${id()}`, async () => {
      const url = await terminal.link.ask((rpc) => rpc.BrokerLoginUrl({ account: id() }))
      setPage(url)
      globalThis.open(url, "_blank", "noopener")
    })
  const finish = (): Promise<boolean> =>
    attempt(terminal, `Login of ${id()}`, async () => {
      await terminal.link.ask((rpc) => rpc.FinishBrokerLogin({ redirected: pasted().trim() }))
      setPasted("")
      setPage(undefined)
    })
  return (
    <div class="flex flex-col gap-2 border-t border-line px-3 py-2">
      <div class="flex flex-wrap items-center gap-2">
        <OnceButton class="button-small" testId={`account-login-${id()}`} onPress={begin}>
          {page() === undefined ? "Log in by hand" : "Begin anew"}
        </OnceButton>
        <Show when={page()}>
          {(url) => (
            <a
              class="text-tape text-accent underline"
              href={url()}
              target="_blank"
              rel="noopener noreferrer"
              data-testid={`account-login-page-${id()}`}
            >
              Open {brokerTitles[props.account.broker]}'s page
            </a>
          )}
        </Show>
      </div>
      <Show when={page() !== undefined || props.account.phase === "logging-in"}>
        <Field
          label="Address that the browser came back to"
          help="Only when it did not find its way back here by itself: paste the whole address."
        >
          {(ids) => (
            <input
              id={ids.id}
              aria-describedby={ids.describedBy}
              class="field"
              autocomplete="off"
              spellcheck={false}
              data-testid={`account-pasted-${id()}`}
              value={pasted()}
              onInput={(event) => setPasted(event.currentTarget.value)}
            />
          )}
        </Field>
        <OnceButton
          class="button-small self-start"
          testId={`account-finish-${id()}`}
          blocked={pasted().trim() === "" ? "Paste the address first" : undefined}
          onPress={finish}
        >
          Finish the login
        </OnceButton>
      </Show>
    </div>
  )
}
