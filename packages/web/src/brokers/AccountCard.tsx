/** One account: status, token, streams, its login, and whether it takes live orders. */
import { type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import type * as Effect from "effect/Effect"
import { createMemo, createSignal, For, type JSX, Match, Show, Switch } from "solid-js"
import { ConfirmSheet } from "../controls/ConfirmSheet.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { large, rupees } from "../format/numbers.ts"
import { clock, dateAndTime, dayAndMinute, untilText } from "../format/times.ts"
import { type Rpcs } from "../link/Link.ts"
import { useTerminal } from "../state/Terminal.ts"
import {
  brokerTitles,
  countdown,
  excludedText,
  heardText,
  needsAttention,
  obstacles,
  ownerText,
  phaseTitles,
  placeText,
  registeredText,
  sandboxText,
  SOON_MS,
  streamText
} from "./accountText.ts"
import { ArmSheet } from "./ArmSheet.tsx"
import { attempt } from "./attempt.ts"
import { LoginByHand } from "./LoginByHand.tsx"
import { RegisterSheet } from "./RegisterSheet.tsx"

const Row = (props: { readonly title: string; readonly children: JSX.Element }): JSX.Element => (
  <div class="flex gap-2">
    <dt class="w-20 flex-none text-ink2">{props.title}</dt>
    <dd class="min-w-0 flex-1">{props.children}</dd>
  </div>
)

export const AccountCard = (props: {
  readonly account: AccountView
  /** Clock of the server, epoch ms. */
  readonly serverTime: number
  /** How many accounts there are to choose from for an order. */
  readonly accounts: number
  readonly chosen: boolean
  readonly onChoose: () => void
}): JSX.Element => {
  const terminal = useTerminal()
  const [asking, setAsking] = createSignal<"arm" | "register" | "automatic" | "remove">()
  const id = (): string => props.account.account
  const armedUntil = createMemo(() => terminal.portfolio()?.armed.find(({ account }) => account === id())?.until)
  /** In the sandbox it would mean nothing. */
  const canArm = (): boolean =>
    terminal.portfolio()?.live === true && (!props.account.sandbox || armedUntil() !== undefined)
  const ask = (what: string, call: (rpc: Rpcs) => Effect.Effect<unknown, unknown>): Promise<boolean> =>
    attempt(terminal, `${what} ${id()}`, () => terminal.link.ask(call))
  const setAutomatic = (automatic: boolean): Promise<boolean> =>
    ask("Logins of", (rpc) => rpc.SetBrokerAutomatic({ account: id(), automatic }))
  const places = (): ReadonlyArray<number> =>
    Array.from({ length: Math.max(props.accounts, props.account.preference?.place ?? 0) }, (_, i) => i + 1)
  /** Angel is logged in to by PIN and TOTP, and a sandbox by its token: without a page. */
  const hasPage = (): boolean => props.account.broker !== "angel" && !props.account.sandbox
  const left = (): number => (props.account.tokenEndsAt ?? 0) - props.serverTime
  return (
    <section
      class="panel w-full"
      classList={{ "border-accent": props.chosen }}
      aria-label={`Account ${id()}`}
      data-testid={`account-${id()}`}
      data-phase={props.account.phase}
    >
      <div class="panel-head">
        <h2 class="flex-1">
          <button
            type="button"
            class="cursor-pointer hover:underline"
            aria-pressed={props.chosen}
            onClick={props.onChoose}
          >
            {id()}
          </button>
        </h2>
        <Show when={armedUntil() !== undefined}>
          <span class={`chip ${props.account.simulated ? "chip-sim" : "chip-live"}`} data-testid={`armed-${id()}`}>
            ARMED
          </span>
        </Show>
        <Show when={props.account.simulated}>
          <span class="chip chip-paper">SIMULATED</span>
        </Show>
        <Show when={props.account.sandbox}>
          <span class="chip chip-paper" title={sandboxText} data-testid={`account-sandbox-${id()}`}>SANDBOX</span>
        </Show>
        <span
          class="chip"
          classList={{ "chip-run": props.account.phase === "live", "chip-warn": needsAttention(props.account) }}
          data-testid={`account-phase-${id()}`}
        >
          {phaseTitles[props.account.phase]}
        </span>
      </div>
      <dl class="flex flex-col gap-0.5 px-3 py-2 text-tape">
        <Row title="User">
          {ownerText(props.account)}
          <span class="text-ink2">, {brokerTitles[props.account.broker]}</span>
        </Row>
        <Show when={props.account.sandbox}>
          <Row title="Sandbox">
            <span class="text-ink2">{sandboxText}</span>
          </Row>
        </Show>
        <Show when={props.account.detail !== "" && props.account.phase !== "live"}>
          <Row title="">
            <span classList={{ "text-warn": needsAttention(props.account) }}>{props.account.detail}</span>
          </Row>
        </Show>
        <Show when={canArm()}>
          <Row title="Live orders">
            <Show
              when={armedUntil()}
              fallback={<span class="text-ink2">not armed: exits only</span>}
            >
              {(until) => <b title={dateAndTime(until())}>armed until {untilText(until())}</b>}
            </Show>
            <For each={obstacles({ ...props.account, phase: "live" })}>
              {(text) => <span class="block text-warn">{text}</span>}
            </For>
            <Show when={props.account.excluded !== null}>
              <span class="block text-warn">{excludedText}</span>
            </Show>
          </Row>
        </Show>
        <Show when={!props.account.sandbox}>
          <Row title="Preference">
            <select
              class="field min-h-6 w-auto text-tape"
              aria-label={`Place of ${id()} in your order of preference`}
              title={props.account.preference === null
                ? "Of accounts that do equally well, those that have a place take an order first"
                : `since ${dateAndTime(props.account.preference.since)}`}
              data-testid={`account-preference-${id()}`}
              onChange={(event) => {
                const { value } = event.currentTarget
                // It shows what is so, not what was asked for.
                event.currentTarget.value = String(props.account.preference?.place ?? "")
                void ask("Preference of", (rpc) =>
                  rpc.PreferBroker({ account: id(), place: value === "" ? null : Number(value) }))
              }}
            >
              <option value="" selected={props.account.preference === null}>none</option>
              <For each={places()}>
                {(place) => (
                  <option value={place} selected={props.account.preference?.place === place}>{placeText(place)}</option>
                )}
              </For>
            </select>
          </Row>
        </Show>
        <Show when={!props.account.simulated && !props.account.sandbox}>
          <Row title="Registered">
            {registeredText(props.account)}
            <button
              type="button"
              class="ml-2 cursor-pointer text-accent underline"
              aria-label={`Change the registration of ${id()}`}
              data-testid={`account-register-${id()}`}
              onClick={() =>
                setAsking("register")}
            >
              Change
            </button>
          </Row>
        </Show>
        <Row title="Token">
          <Show when={props.account.tokenEndsAt !== null && left() > 0} fallback={<span class="text-ink2">none</span>}>
            <span
              classList={{ "text-warn": left() < SOON_MS }}
              title={`ends ${dateAndTime(props.account.tokenEndsAt ?? 0)}`}
              data-testid={`account-token-${id()}`}
            >
              {countdown(left())} left
            </span>
          </Show>
        </Row>
        <Row title="Next login">
          {props.account.nextLoginAt === null
            ? <span class="text-ink2">{props.account.automatic ? "not known" : "by hand"}</span>
            : `by itself, ${dayAndMinute(props.account.nextLoginAt)}`}
        </Row>
        <Show when={!props.account.sandbox}>
          <Row title="Ticks">
            <span
              classList={{ "text-warn": props.account.feed.state === "waiting" }}
              title={`${heardText(props.account.feed)}, ${large(props.account.feed.frames)} frames`}
              data-testid={`account-feed-${id()}`}
              data-state={props.account.feed.state}
            >
              {streamText(props.account.feed)}
            </span>
            <Show when={props.account.feed.instruments > 0}>
              <span class="text-ink2">
                , {props.account.feed.instruments} instruments
                {props.account.feed.malformed > 0 ? `, ${props.account.feed.malformed} unreadable` : ""}
              </span>
            </Show>
          </Row>
          <Row title="Order stream">
            <span
              classList={{ "text-warn": props.account.orders.state === "waiting" }}
              title={heardText(props.account.orders)}
            >
              {streamText(props.account.orders)}
            </span>
          </Row>
          <Row title="Funds">
            {props.account.funds === null
              ? <span class="text-ink2">not known</span>
              : (
                <>
                  {rupees(props.account.funds.available)} free
                  <Show when={props.account.funds.used !== 0}>
                    <span class="text-ink2">, {rupees(props.account.funds.used)} in use</span>
                  </Show>
                </>
              )}
          </Row>
          <Row title="Books">
            <Show
              when={props.account.reconciledAt !== null}
              fallback={<span class="text-ink2">not compared yet</span>}
            >
              <span title={`Compared with the broker's own at ${clock(props.account.reconciledAt ?? 0)}`}>
                {props.account.differences.length === 0 ? "agree" : "differ"}
                <span class="text-ink2">
                  , {props.account.openOrders} working, {props.account.openPositions} positions
                </span>
              </span>
            </Show>
          </Row>
        </Show>
        <Show when={props.account.exchanges.length > 0}>
          <Row title="Exchanges">{props.account.exchanges.join(", ")}</Row>
        </Show>
        <For each={props.account.differences}>
          {(each) => (
            <Row title="Differs">
              <span class="text-warn">{each}</span>
            </Row>
          )}
        </For>
        <For each={props.account.resting}>
          {(each) => (
            <Row title="Resting">
              <span class="text-warn">calls of kind {each} keep failing and are left alone for a moment</span>
            </Row>
          )}
        </For>
      </dl>
      <div class="mt-auto flex flex-wrap items-center gap-1 border-t border-line px-3 py-2">
        <Show when={canArm()}>
          <Show
            when={armedUntil() !== undefined}
            fallback={
              <button
                type="button"
                class="button button-small"
                data-testid={`account-arm-${id()}`}
                onClick={() => setAsking("arm")}
              >
                Arm for today…
              </button>
            }
          >
            <OnceButton
              class="button-small"
              testId={`account-disarm-${id()}`}
              blocked={terminal.blocked()}
              onPress={() => ask("Disarm", (rpc) => rpc.ArmBroker({ account: id(), armed: false }))}
            >
              Disarm
            </OnceButton>
          </Show>
        </Show>
        <Show
          when={props.account.phase === "live"}
          fallback={
            <OnceButton
              class="button-small"
              testId={`account-automated-${id()}`}
              onPress={() => ask("Login of", (rpc) => rpc.LoginBroker({ account: id() }))}
            >
              {hasPage() ? "Log in automatically" : "Log in"}
            </OnceButton>
          }
        >
          <OnceButton
            class="button-small"
            testId={`account-logout-${id()}`}
            onPress={() => ask("Logout of", (rpc) => rpc.LogoutBroker({ account: id() }))}
          >
            Log out
          </OnceButton>
        </Show>
        <span class="flex-1" />
        <Show when={props.account.phase !== "live" && !props.account.simulated && !props.account.sandbox}>
          <p class="order-last w-full text-caption text-ink2">
            An automatic login uses the secrets that you stored. Most brokers' terms forbid it: it is your decision.
          </p>
        </Show>
        <Show when={props.account.phase === "logged-out" && !props.account.simulated}>
          <button
            type="button"
            class="button button-small button-quiet"
            data-testid={`account-remove-${id()}`}
            onClick={() => setAsking("remove")}
          >
            Remove…
          </button>
        </Show>
        <Show when={!props.account.sandbox}>
          <label class="flex min-h-6 w-full items-center gap-1 text-tape">
            <input
              type="checkbox"
              checked={props.account.excluded !== null}
              data-testid={`account-excluded-${id()}`}
              onChange={(event) => {
                const excluded = event.currentTarget.checked
                event.currentTarget.checked = props.account.excluded !== null
                void ask("Exclusion of", (rpc) => rpc.ExcludeBroker({ account: id(), excluded }))
              }}
            />
            <span>
              No new positions here, exits only
              <Show when={props.account.excluded}>
                {(excluded) => <span class="text-ink2">, since {dayAndMinute(excluded().since)}</span>}
              </Show>
            </span>
          </label>
        </Show>
        <label class="flex min-h-6 w-full items-center gap-1 text-tape">
          <input
            type="checkbox"
            checked={props.account.automatic}
            data-testid={`account-automatic-${id()}`}
            onChange={(event) => {
              const wanted = event.currentTarget.checked
              // It shows what is so, not what was asked for.
              event.currentTarget.checked = props.account.automatic
              if (wanted && !props.account.simulated && !props.account.sandbox) setAsking("automatic")
              else void setAutomatic(wanted)
            }}
          />
          Log in every morning by itself
        </label>
      </div>
      <Show when={hasPage() && props.account.phase !== "live"}>
        <LoginByHand account={props.account} />
      </Show>
      <Switch>
        <Match when={asking() === "arm"}>
          <ArmSheet account={props.account} serverTime={props.serverTime} onClose={() => setAsking(undefined)} />
        </Match>
        <Match when={asking() === "register"}>
          <RegisterSheet account={props.account} onClose={() => setAsking(undefined)} />
        </Match>
        <Match when={asking() === "automatic"}>
          <ConfirmSheet
            title={`Let the engine log in to ${id()} by itself?`}
            lines={[
              <b>Most brokers' terms forbid to automate a login. It is your decision, and your account.</b>,
              "The engine then uses what you stored when you added it: password or PIN, and the TOTP secret, encrypted on " +
              "this machine. Whoever has this machine and its key has them too.",
              "It logs in every trading morning before the open, and stops trying when the broker says no."
            ]}
            button="Log in by itself"
            testId="automatic-sheet"
            onConfirm={async () => {
              if (await setAutomatic(true)) setAsking(undefined)
            }}
            onClose={() => setAsking(undefined)}
          />
        </Match>
        <Match when={asking() === "remove"}>
          <ConfirmSheet
            title={`Remove ${id()}?`}
            lines={[
              "Its secrets and its token are deleted here. Orders and positions at the broker stay as they are.",
              "To use it again you have to add it with all its secrets."
            ]}
            button={`Remove ${id()}`}
            testId="remove-sheet"
            onConfirm={async () => {
              if (await ask("Remove", (rpc) => rpc.RemoveBroker({ account: id() }))) setAsking(undefined)
            }}
            onClose={() => setAsking(undefined)}
          />
        </Match>
      </Switch>
    </section>
  )
}
