/** Shown instead of the terminal to whoever is not logged in. */
import { createSignal, type JSX, Show } from "solid-js"
import { Field } from "../controls/Field.tsx"
import { useTerminal } from "../state/Terminal.ts"

export const Login = (props: { readonly message: string }): JSX.Element => {
  const terminal = useTerminal()
  const [error, setError] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (busy() || !(event.currentTarget instanceof HTMLFormElement)) return
    const key = new FormData(event.currentTarget).get("key")
    setBusy(true)
    try {
      const response = await fetch("/login", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ key: typeof key === "string" ? key.trim() : "" })
      })
      if (response.ok) {
        setError(undefined)
        terminal.link.restart()
        return
      }
      const body: unknown = await response.json().catch(() => undefined)
      setError(
        typeof body === "object" && body !== null && "error" in body && typeof body.error === "string"
          ? body.error
          : `The engine answered ${response.status}.`
      )
    } catch {
      setError("The engine does not answer. Is it running?")
    } finally {
      setBusy(false)
    }
  }

  return (
    <main class="flex h-full items-center justify-center p-6" data-testid="login">
      <form class="panel w-[440px]" onSubmit={submit}>
        <div class="panel-head">
          <h1>Log in to KeepGaining</h1>
        </div>
        <div class="flex flex-col gap-4 p-4">
          <p class="text-ink2" data-testid="login-message">{props.message}</p>
          <p class="text-ink2">
            Open the one-time link that the engine printed when it started; take a new one with{" "}
            <code class="text-ink">keepgaining login</code>. Or paste the owner's key.
          </p>
          <Field label="Owner's key" error={error()}>
            {(ids) => (
              <input
                id={ids.id}
                aria-describedby={ids.describedBy}
                aria-invalid={error() !== undefined}
                class="field"
                name="key"
                type="password"
                autocomplete="current-password"
                required
                data-testid="login-key"
              />
            )}
          </Field>
          <Show when={error()}>
            <p role="alert" class="sr-only">{error()}</p>
          </Show>
          <button
            type="submit"
            class="button button-primary"
            aria-disabled={busy() ? "true" : undefined}
            data-testid="login-submit"
          >
            Log in
          </button>
        </div>
      </form>
    </main>
  )
}
