import "./styles/main.css"
import { Route, Router } from "@solidjs/router"
import { lazy } from "solid-js"
import { render } from "solid-js/web"
import { HomePage } from "./pages/HomePage.tsx"
import { MarketPage } from "./pages/MarketPage.tsx"
import { App, LazySheets } from "./shell/App.tsx"
import { createTerminal, TerminalProvider } from "./state/Terminal.ts"

const ChartPage = lazy(() => import("./chart/ChartPage.tsx").then(({ ChartPage }) => ({ default: ChartPage })))
const OrdersPage = lazy(() => import("./orders/OrdersPage.tsx").then(({ OrdersPage }) => ({ default: OrdersPage })))
const StrategiesPage = lazy(() =>
  import("./deployments/StrategiesPage.tsx").then(({ StrategiesPage }) => ({ default: StrategiesPage }))
)
const DeploymentPage = lazy(() =>
  import("./deployments/DeploymentPage.tsx").then(({ DeploymentPage }) => ({ default: DeploymentPage }))
)
const ActorsPage = lazy(() => import("./actors/ActorsPage.tsx").then(({ ActorsPage }) => ({ default: ActorsPage })))
const AlertsPage = lazy(() => import("./alarms/AlertsPage.tsx").then(({ AlertsPage }) => ({ default: AlertsPage })))
const BrokersPage = lazy(() =>
  import("./brokers/BrokersPage.tsx").then(({ BrokersPage }) => ({ default: BrokersPage }))
)
const CalendarPage = lazy(() =>
  import("./calendar/CalendarPage.tsx").then(({ CalendarPage }) => ({ default: CalendarPage }))
)
const SettingsPage = lazy(() =>
  import("./pages/SettingsPage.tsx").then(({ SettingsPage }) => ({ default: SettingsPage }))
)

const root = document.getElementById("root")
if (root === null) throw new Error("index.html has no element #root")

render(() => (
  <TerminalProvider value={createTerminal()}>
    <Router root={App}>
      <Route path="/" component={HomePage} />
      <Route path="/login" component={HomePage} />
      <Route path="/market" component={MarketPage} />
      <Route path="/chart/:symbol?" component={ChartPage} />
      <Route path="/orders" component={OrdersPage} />
      <Route path="/calendar" component={CalendarPage} />
      <Route path="/strategies" component={StrategiesPage} />
      <Route path="/strategies/:id" component={DeploymentPage} />
      <Route path="/brokers" component={BrokersPage} />
      <Route path="/actors" component={ActorsPage} />
      <Route path="/alerts" component={AlertsPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="*" component={HomePage} />
    </Router>
  </TerminalProvider>
), root)

// Everything that comes later is fetched while the engine is surely there: pages and sheets must open without it, too.
globalThis.addEventListener("load", () => {
  setTimeout(() => {
    const parts = [
      LazySheets,
      OrdersPage,
      StrategiesPage,
      DeploymentPage,
      ActorsPage,
      AlertsPage,
      BrokersPage,
      CalendarPage,
      SettingsPage,
      ChartPage
    ]
    for (const part of parts) void part.preload().catch(() => undefined)
  }, 1_500)
})
