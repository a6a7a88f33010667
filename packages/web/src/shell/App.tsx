/** The frame around every page. */
import { type RouteSectionProps } from "@solidjs/router"
import { createEffect, createMemo, ErrorBoundary, type JSX, lazy, Match, Show, Suspense, Switch } from "solid-js"
import { Sheet } from "../controls/Sheet.tsx"
import { money } from "../format/numbers.ts"
import { netByVenue, netPaise } from "../positions/profit.ts"
import { ReplayBar } from "../replay/ReplayBar.tsx"
import { useTerminal } from "../state/Terminal.ts"
import { Banner } from "./Banner.tsx"
import { Header } from "./Header.tsx"
import { KillSheet } from "./KillSheet.tsx"
import { Login } from "./Login.tsx"
import { NoticeStack } from "./NoticeStack.tsx"
import { Rail } from "./Rail.tsx"
import { SheetsProvider, useSheets } from "./Sheets.tsx"
import { StatusBar } from "./StatusBar.tsx"
import { useKeys } from "./useKeys.ts"

export const LazySheets = lazy(() => import("./LazySheets.tsx").then(({ LazySheets }) => ({ default: LazySheets })))

export const App = (props: RouteSectionProps): JSX.Element => (
  <SheetsProvider>
    <Frame>{props.children}</Frame>
  </SheetsProvider>
)

const Frame = (props: { readonly children: JSX.Element }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  useKeys()
  const login = createMemo(() => {
    const state = terminal.linkState()
    return state._tag === "login" ? state.message : undefined
  })
  createEffect(() => {
    const icon = terminal.hello()?.mode === "live" ? "/icon-live.svg" : "/icon.svg"
    document.querySelector("link[rel=icon]")?.setAttribute("href", icon)
  })
  createEffect(() => {
    const mode = terminal.hello()?.mode.toUpperCase() ?? "…"
    const portfolio = terminal.portfolio()
    const profit = portfolio?.live === true ? netByVenue(portfolio).live ?? 0 : netPaise(portfolio)
    document.title = `${mode} · ${Number.isFinite(profit) ? `${money(profit)} · ` : ""}KeepGaining`
  })
  return (
    <Show when={login() === undefined} fallback={<Login message={login() ?? ""} />}>
      <div
        class={`flex h-full flex-col frame-${terminal.hello()?.mode ?? "none"}`}
        data-testid="shell"
        data-session={terminal.hello()?.sessionId}
      >
        <Header />
        <ReplayBar />
        <Banner />
        <div class="flex min-h-0 flex-1">
          <Rail />
          <main class="min-w-0 flex-1 overflow-auto p-2" data-frozen={terminal.linkState()._tag !== "live"}>
            <ErrorBoundary fallback={(failure: unknown) => <Broken failure={failure} />}>
              <Suspense>{props.children}</Suspense>
            </ErrorBoundary>
          </main>
        </div>
        <StatusBar />
      </div>
      <NoticeStack />
      <Switch>
        {/* Not lazy: it must open when the server that would send it is gone. */}
        <Match when={sheets.current()?._tag === "kill"}>
          <KillSheet />
        </Match>
        <Match when={sheets.current()}>
          <ErrorBoundary fallback={(failure: unknown) => <BrokenSheet failure={failure} />}>
            <Suspense>
              <LazySheets />
            </Suspense>
          </ErrorBoundary>
        </Match>
      </Switch>
    </Show>
  )
}

/** Instead of a page that could not be shown; everything around it goes on. */
const Broken = (props: { readonly failure: unknown }): JSX.Element => (
  <section class="panel p-4" role="alert" data-testid="broken">
    <h1 class="font-semibold">This page could not be shown</h1>
    <p class="text-ink2">
      The engine and your orders are not touched by this. If the terminal was built anew meanwhile, a reload helps.
    </p>
    <pre class="my-2 overflow-auto text-tape text-ink2">{String(props.failure)}</pre>
    <div>
      <button
        type="button"
        class="button"
        onClick={() =>
          location.reload()}
      >
        Reload
      </button>
    </div>
  </section>
)

const BrokenSheet = (props: { readonly failure: unknown }): JSX.Element => {
  const sheets = useSheets()
  return (
    <Sheet title="This could not be shown" onClose={sheets.close}>
      <Broken failure={props.failure} />
    </Sheet>
  )
}
