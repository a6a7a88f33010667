/** One account: status, token, streams, and its login. */
import { type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createSignal, For, type JSX, Show } from "solid-js"
import { Field } from "../controls/Field.tsx"
import { OnceButton } from "../controls/OnceButton.tsx"
import { large, rupees } from "../format/numbers.ts"
import { clock, dateAndTime } from "../format/times.ts"
import { useTerminal } from "../state/Terminal.ts"
import { brokerTitles, countdown, heardText, needsAttention, phaseTitles, SOON_MS, streamText } from "./accountText.ts"

const Row = (props: { readonly title: string; readonly children: JSX.Element }): JSX.Element => (
  <div class="flex gap-2">
    <dt class="w-24 flex-none text-ink2">{props.title}</dt>
    <dd class="min-w-0 flex-1">{props.children}</dd>
  </div>
)

export const AccountCard = (props: {
  readonly account: AccountView
  /** Clock of the server, epoch ms. */
  readonly serverTime: number
  readonly chosen: boolean
  readonly onChoose: () => void
}): JSX.Element => {
  const terminal = useTerminal()
  const [pasting, setPasting] = createSignal(false)
  const [pasted, setPasted] = createSignal("")
  const id = (): string => props.account.account
  const attempt = async (what: string, run: () => Promise<unknown>): Promise<void> => {
    try {
      await run()
    } catch (failure) {
      const { message, reason, remedy } = {
        message: String(failure),
        reason: undefined,
        remedy: "",
        ...(failure as object)
      }
      terminal.notices.show("refusal", `${what}: ${reason ?? message}${remedy === "" ? "" : `. ${remedy}`}`)
    }
  }
  const loginByHand = (): Promise<void> =>
    attempt(`Login of ${id()}`, async () => {
      const url = await terminal.link.ask((rpc) => rpc.BrokerLoginUrl({ account: id() }))
      setPasting(true)
      globalThis.open(url, "_blank", "noopener")
    })
  const finish = (): Promise<void> =>
    attempt(`Login of ${id()}`, async () => {
      await terminal.link.ask((rpc) => rpc.FinishBrokerLogin({ redirected: pasted() }))
      setPasted("")
      setPasting(false)
    })
  const left = (): number => (props.account.tokenEndsAt ?? 0) - props.serverTime
  return (
    <section
      class="panel"
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
          <span class="ml-2 font-normal text-ink2">{brokerTitles[props.account.broker]}</span>
        </h2>
        <Show when={props.account.simulated}>
          <span class="chip chip-paper">SIMULATED</span>
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
          {props.account.name === null ? props.account.userId : `${props.account.name} (${props.account.userId})`}
        </Row>
        <Show when={props.account.detail !== "" && props.account.phase !== "live"}>
          <Row title="">
            <span classList={{ "text-warn": needsAttention(props.account) }}>{props.account.detail}</span>
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
            : `by itself, ${dateAndTime(props.account.nextLoginAt)}`}
        </Row>
        <Row title="Ticks">
          <span
            classList={{ "text-warn": props.account.feed.state === "waiting" }}
            title={heardText(props.account.feed)}
            data-testid={`account-feed-${id()}`}
            data-state={props.account.feed.state}
          >
            {streamText(props.account.feed)}
          </span>
          <Show when={props.account.feed.instruments > 0}>
            <span class="text-ink2">
              , {props.account.feed.instruments} instruments, {large(props.account.feed.frames)} frames
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
            : `${rupees(props.account.funds.available)} free, ${rupees(props.account.funds.used)} in use`}
        </Row>
        <Row title="Books">
          <Show
            when={props.account.reconciledAt !== null}
            fallback={<span class="text-ink2">not compared yet</span>}
          >
            {props.account.openOrders} open orders, {props.account.openPositions} positions
            <span class="text-ink2">, compared {clock(props.account.reconciledAt ?? 0)}</span>
          </Show>
        </Row>
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
      <div class="mt-auto flex flex-wrap gap-1 border-t border-line px-3 py-2">
        <Show
          when={props.account.phase === "live"}
          fallback={
            <>
              <Show when={props.account.broker !== "angel"}>
                <OnceButton class="button-small" testId={`account-login-${id()}`} onPress={loginByHand}>
                  Log in by hand
                </OnceButton>
              </Show>
              <OnceButton
                class="button-small"
                testId={`account-automated-${id()}`}
                onPress={() =>
                  attempt(`Login of ${id()}`, () => terminal.link.ask((rpc) => rpc.LoginBroker({ account: id() })))}
              >
                Log in automatically
              </OnceButton>
            </>
          }
        >
          <OnceButton
            class="button-small"
            testId={`account-logout-${id()}`}
            onPress={() =>
              attempt(`Logout of ${id()}`, () => terminal.link.ask((rpc) => rpc.LogoutBroker({ account: id() })))}
          >
            Log out
          </OnceButton>
        </Show>
        <label class="flex items-center gap-1 px-1 text-tape">
          <input
            type="checkbox"
            checked={props.account.automatic}
            data-testid={`account-automatic-${id()}`}
            onChange={(event) =>
              void attempt(`Account ${id()}`, () =>
                terminal.link.ask((rpc) =>
                  rpc.SetBrokerAutomatic({ account: id(), automatic: event.currentTarget.checked })
                ))}
          />
          log in by itself every morning
        </label>
        <span class="flex-1" />
        <Show when={props.account.phase === "logged-out" && !props.account.simulated}>
          <OnceButton
            class="button-small button-quiet"
            testId={`account-remove-${id()}`}
            onPress={() =>
              attempt(`Account ${id()}`, () =>
                terminal.link.ask((rpc) =>
                  rpc.RemoveBroker({ account: id() })
                ))}
          >
            Remove
          </OnceButton>
        </Show>
      </div>
      <Show when={pasting() && props.account.phase !== "live"}>
        <div class="flex flex-col gap-2 border-t border-line px-3 py-2">
          <Field
            label="Address that the browser came back to"
            help="Only when it did not find its way back here by itself: paste the whole address."
          >
            {(ids) => (
              <input
                id={ids.id}
                aria-describedby={ids.describedBy}
                class="field"
                value={pasted()}
                onInput={(event) => setPasted(event.currentTarget.value)}
              />
            )}
          </Field>
          <OnceButton
            class="button-small self-start"
            blocked={pasted().trim() === "" ? "Paste the address first" : undefined}
            onPress={finish}
          >
            Finish the login
          </OnceButton>
        </div>
      </Show>
    </section>
  )
}
