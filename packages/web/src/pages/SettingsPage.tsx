import { type JSX } from "solid-js"
import { Choice } from "../controls/Choice.tsx"
import { preferences, setPreferences } from "../preferences/Preferences.ts"
import { useTerminal } from "../state/Terminal.ts"

export const SettingsPage = (): JSX.Element => {
  const terminal = useTerminal()
  const logout = async (): Promise<void> => {
    await fetch("/logout", { method: "POST" }).catch(() => undefined)
    terminal.link.restart()
  }
  return (
    <div class="grid max-w-3xl gap-2">
      <section class="panel">
        <div class="panel-head">
          <h1>Look</h1>
        </div>
        <div class="grid grid-cols-[160px_1fr] items-center gap-3 p-3">
          <span class="text-ink2">Theme</span>
          <Choice
            label="Theme"
            testId="theme"
            options={[{ value: "dark", title: "Dark" }, { value: "light", title: "Light" }, {
              value: "system",
              title: "As the system"
            }]}
            value={preferences().theme}
            onChange={(theme) => setPreferences({ theme })}
          />
          <span class="text-ink2">Rows</span>
          <Choice
            label="Rows"
            testId="density"
            options={[{ value: "compact", title: "Compact" }, { value: "cosy", title: "Cosy" }]}
            value={preferences().density}
            onChange={(density) => setPreferences({ density })}
          />
          <span class="text-ink2">Up and down</span>
          <Choice
            label="Colours of up and down"
            testId="palette-choice"
            options={[{ value: "standard", title: "Green and red" }, {
              value: "blue-orange",
              title: "Blue and orange"
            }]}
            value={preferences().palette}
            onChange={(palette) => setPreferences({ palette })}
          />
          <span class="text-ink2">Moving numbers</span>
          <label class="flex min-h-6 items-center gap-2">
            <input
              type="checkbox"
              checked={preferences().flash}
              onChange={(event) => setPreferences({ flash: event.currentTarget.checked })}
            />
            Prices flash when they move
          </label>
          <span class="text-ink2">Keys</span>
          <label class="flex min-h-6 items-center gap-2">
            <input
              type="checkbox"
              checked={preferences().singleKeys}
              onChange={(event) => setPreferences({ singleKeys: event.currentTarget.checked })}
            />
            Keys without Ctrl, such as B, S and G H
          </label>
        </div>
      </section>
      <section class="panel" aria-label="Live orders">
        <div class="panel-head">
          <h2>Live orders, on this device</h2>
        </div>
        <div class="grid grid-cols-[160px_1fr] items-center gap-3 p-3">
          <span class="text-ink2">Real money</span>
          <label class="flex min-h-6 items-center gap-2">
            <input
              type="checkbox"
              data-testid="confirm-live"
              checked={preferences().confirmLive}
              onChange={(event) => setPreferences({ confirmLive: event.currentTarget.checked })}
            />
            Ask before every live order
          </label>
          <span class="text-ink2">Simulated brokers</span>
          <label class="flex min-h-6 items-center gap-2">
            <input
              type="checkbox"
              data-testid="confirm-sim"
              checked={preferences().confirmSim}
              onChange={(event) => setPreferences({ confirmSim: event.currentTarget.checked })}
            />
            Ask before every live order in a session with simulated brokers
          </label>
          <span class="text-ink2">New tickets</span>
          <Choice
            label="New tickets begin as"
            testId="ticket-start"
            options={[{ value: "paper", title: "Paper" }, { value: "live", title: "Live, while an account is armed" }]}
            value={preferences().ticketVenue}
            onChange={(ticketVenue) => setPreferences({ ticketVenue })}
          />
        </div>
      </section>
      <section class="panel">
        <div class="panel-head">
          <h2>About</h2>
        </div>
        <div class="flex flex-col gap-2 p-3 text-ink2">
          <p>
            KeepGaining engine {terminal.hello()?.engineVersion ?? "–"}, contract{" "}
            {terminal.hello()?.contractVersion ?? "–"}, session {terminal.hello()?.sessionId ?? "–"}.
          </p>
          <p>
            Charts: Lightweight Charts™ by TradingView, Apache License 2.0,{" "}
            <a class="text-accent underline" href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
              tradingview.com
            </a>. Letters: Inter, SIL Open Font License 1.1. Icons: Lucide, ISC License.
          </p>
          <p>Figures are for information. Nothing here is investment advice.</p>
          <div>
            <button type="button" class="button" data-testid="logout" onClick={logout}>Log out</button>
          </div>
        </div>
      </section>
    </div>
  )
}
