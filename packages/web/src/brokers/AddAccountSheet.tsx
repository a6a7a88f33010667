/** A new account and its secrets, which go into the vault and never come back. */
import { type BrokerName, type NewAccount } from "@keepgaining/rpc/contract/Brokers.ts"
import { createSignal, For, type JSX, Show } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { Field } from "../controls/Field.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { addressFault, brokerTitles, sandboxText } from "./accountText.ts"
import { refusalOf } from "./attempt.ts"

type Optional = "password" | "pin" | "totpSecret" | "mobile" | "staticIp" | "algo"
type Name = "account" | "userId" | "apiKey" | "redirectUrl" | "apiSecret" | Optional

interface Asked {
  readonly name: Name
  readonly label: string
  readonly secret: boolean
  readonly help?: string
  readonly optional?: boolean
}

const always: ReadonlyArray<Asked> = [
  { name: "account", label: "Name of it here", secret: false, help: "Small letters, digits and dashes" },
  { name: "userId", label: "User or client id", secret: false },
  { name: "apiKey", label: "API key", secret: false, help: "Of your app in the broker's developer console" },
  { name: "apiSecret", label: "API secret", secret: true },
  { name: "redirectUrl", label: "Redirect URL", secret: false, help: "Register exactly this with the broker" }
]

/** Without both no live order goes to a real account; ticks and everything else do without. */
const forOrders: ReadonlyArray<Asked> = [
  {
    name: "staticIp",
    label: "Static IP address, for live orders",
    secret: false,
    optional: true,
    help: "The one that you registered with the broker as where orders come from"
  },
  {
    name: "algo",
    label: "Algorithm id, for live orders",
    secret: false,
    optional: true,
    help: "As the broker gave it to you; generic below 10 orders a second"
  }
]

const mobile: Asked = { name: "mobile", label: "Mobile number", secret: true }
const password: Asked = { name: "password", label: "Password", secret: true }
const pin: Asked = { name: "pin", label: "PIN", secret: true }
const totp: Asked = {
  name: "totpSecret",
  label: "TOTP secret",
  secret: true,
  help: "Base32, from the page that showed the QR code"
}

/** A sandbox has no login, and no address is registered for it. */
const forSandbox: ReadonlyArray<Asked> = [
  { name: "account", label: "Name of it here", secret: false, help: "Small letters, digits and dashes" },
  { name: "userId", label: "User or client id", secret: false },
  { name: "apiKey", label: "API key", secret: false, help: "Of your sandbox app in the broker's developer console" },
  {
    name: "apiSecret",
    label: "Sandbox token",
    secret: true,
    help: "Made in the developer console, good for 30 days; then remove the account and add it with a new one"
  },
  {
    name: "algo",
    label: "Algorithm id",
    secret: false,
    optional: true,
    help: "Goes with every order; generic, or nothing, sends none"
  }
]

/** What each broker's own login asks for. */
const forLogin: Readonly<Record<BrokerName, ReadonlyArray<Asked>>> = {
  upstox: [mobile, totp, pin],
  kite: [password, totp],
  angel: [pin, totp],
  fyers: [totp, pin]
}

const names: ReadonlyArray<BrokerName> = ["upstox", "kite", "angel", "fyers"]

export const AddAccountSheet = (props: { readonly onClose: () => void }): JSX.Element => {
  const terminal = useTerminal()
  const [broker, setBroker] = createSignal<BrokerName>("kite")
  const [kind, setKind] = createSignal<"real" | "sandbox">("real")
  const isSandbox = (): boolean => broker() === "upstox" && kind() === "sandbox"
  const [automatic, setAutomatic] = createSignal(false)
  const [error, setError] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  const fields = (): ReadonlyArray<Asked> =>
    isSandbox()
      ? forSandbox
      : [...always, ...(automatic() || broker() === "angel" ? forLogin[broker()] : []), ...forOrders]
  const callback = `http://127.0.0.1:${location.port}/brokers/callback`
  const initial = (name: Name): string =>
    name === "redirectUrl"
      ? callback
      : name === "account"
      ? isSandbox() ? `${broker()}-sandbox` : broker()
      : ""

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (busy() || !(event.currentTarget instanceof HTMLFormElement)) return
    const form = new FormData(event.currentTarget)
    const text = (name: Name): string => {
      const value = form.get(name)
      return typeof value === "string" ? value.trim() : ""
    }
    const wrong = addressFault(text("staticIp"))
    if (wrong !== undefined) {
      setError(wrong)
      return
    }
    const optional = (name: Optional) => text(name) === "" ? {} : { [name]: text(name) }
    const account: NewAccount = {
      account: text("account"),
      broker: broker(),
      userId: text("userId"),
      apiKey: text("apiKey"),
      apiSecret: text("apiSecret"),
      // Nobody comes back to it from a sandbox.
      redirectUrl: isSandbox() ? callback : text("redirectUrl"),
      automatic: automatic(),
      ...(isSandbox() ? { sandbox: true } : {}),
      ...optional("password"),
      ...optional("pin"),
      ...optional("totpSecret"),
      ...optional("mobile"),
      ...optional("staticIp"),
      ...optional("algo")
    }
    setBusy(true)
    try {
      await terminal.link.ask((rpc) => rpc.AddBroker(account))
      props.onClose()
    } catch (failure) {
      setError(refusalOf(failure).reason)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Sheet
      title="Add a broker account"
      description={`Secrets are encrypted on this machine and never shown again.${
        isSandbox() ? "" : " It takes live orders only on days on which you arm it."
      }`}
      onClose={props.onClose}
      testId="add-account"
    >
      <form class="flex flex-col gap-3 p-3" onSubmit={submit} autocomplete="off">
        <Choice
          label="Broker"
          value={broker()}
          onChange={setBroker}
          options={names.map((value) => ({ value, title: brokerTitles[value] }))}
        />
        <Show when={broker() === "upstox"}>
          <Choice
            label="Where its orders go"
            testId="add-account-kind"
            value={kind()}
            onChange={setKind}
            options={[{ value: "real", title: "The exchange" }, { value: "sandbox", title: "Upstox's sandbox" }]}
          />
          <Show when={isSandbox()}>
            <p class="text-ink2">{sandboxText}</p>
          </Show>
        </Show>
        <For each={fields()}>
          {(asked) => (
            <Field label={asked.label} help={asked.help}>
              {(ids) => (
                <input
                  id={ids.id}
                  aria-describedby={ids.describedBy}
                  class="field"
                  name={asked.name}
                  type={asked.secret ? "password" : "text"}
                  autocomplete="off"
                  spellcheck={false}
                  required={asked.optional !== true}
                  value={initial(asked.name)}
                />
              )}
            </Field>
          )}
        </For>
        <label class="flex items-start gap-2">
          <input
            type="checkbox"
            class="mt-1"
            checked={automatic()}
            onChange={(event) => setAutomatic(event.currentTarget.checked)}
          />
          <span>
            Log in by itself every morning
            <span class="block text-caption text-ink2">
              {isSandbox()
                ? "Its token is taken as it is; there is no login that could be against anybody's terms."
                : "The engine then stores what you would type. Most brokers' terms forbid to automate a login: it is your decision."}
            </span>
          </span>
        </label>
        <Show when={error()}>{(text) => <p class="text-down" role="alert">{text()}</p>}</Show>
        <button type="submit" class="button button-primary self-start" disabled={busy()} data-testid="add-account-send">
          Add
        </button>
      </form>
    </Sheet>
  )
}
