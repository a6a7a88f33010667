/** What brokers want to know of whoever sends orders by program: from which address, and as which algorithm. */
import { type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createSignal, type JSX } from "solid-js"
import { Field } from "../controls/Field.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { addressFault } from "./accountText.ts"
import { attempt } from "./attempt.ts"

export const RegisterSheet = (props: { readonly account: AccountView; readonly onClose: () => void }): JSX.Element => {
  const terminal = useTerminal()
  const { account } = props.account
  const [staticIp, setStaticIp] = createSignal(props.account.staticIp ?? "")
  const [algo, setAlgo] = createSignal(props.account.algo ?? "")
  const save = async (): Promise<void> => {
    const done = await attempt(
      terminal,
      `Registration of ${account}`,
      () =>
        terminal.link.ask((rpc) =>
          rpc.RegisterBroker({
            account,
            ...(staticIp().trim() === "" ? {} : { staticIp: staticIp().trim() }),
            ...(algo().trim() === "" ? {} : { algo: algo().trim() })
          })
        )
    )
    if (done) props.onClose()
  }
  return (
    <Sheet
      title={`Orders of ${account}, as registered with the broker`}
      description="Brokers take orders of programs only from a registered address and under an algorithm's id. The account is connected anew with what you save."
      onClose={props.onClose}
      testId="register-sheet"
    >
      <div class="flex flex-col gap-3 p-3">
        <Field
          label="Static IP address"
          help="Empty: no live order goes through this account"
          error={addressFault(staticIp().trim())}
        >
          {(ids) => (
            <input
              id={ids.id}
              aria-describedby={ids.describedBy}
              aria-invalid={addressFault(staticIp().trim()) !== undefined}
              class="field"
              autocomplete="off"
              spellcheck={false}
              autofocus
              data-testid="register-ip"
              value={staticIp()}
              onInput={(event) => setStaticIp(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Algorithm id" help="As the broker gave it to you; generic below 10 orders a second">
          {(ids) => (
            <input
              id={ids.id}
              aria-describedby={ids.describedBy}
              class="field"
              autocomplete="off"
              spellcheck={false}
              data-testid="register-algo"
              value={algo()}
              onInput={(event) => setAlgo(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="flex justify-end gap-2">
          <button type="button" class="button" onClick={() => props.onClose()}>Cancel</button>
          <OnceButton
            class="button-primary"
            testId="register-save"
            blocked={terminal.blocked() ?? addressFault(staticIp().trim())}
            onPress={save}
          >
            Save
          </OnceButton>
        </div>
      </div>
    </Sheet>
  )
}
