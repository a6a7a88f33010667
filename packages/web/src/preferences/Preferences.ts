/** What a person set for this browser. It is kept in local storage and shows as attributes of the root element. */
import { type Interval, intervals } from "@keepgaining/core/candles/Interval.ts"
import { type Venue } from "@keepgaining/core/orders/Order.ts"
import { type Mode } from "@keepgaining/rpc/contract/System.ts"
import { createSignal } from "solid-js"

export interface Preferences {
  readonly theme: "dark" | "light" | "system"
  readonly density: "compact" | "cosy"
  readonly palette: "standard" | "blue-orange"
  /** Keys without Ctrl can be turned off for people who dictate (WCAG 2.1.4). */
  readonly singleKeys: boolean
  readonly flash: boolean
  readonly interval: Interval
  /** Whether a live order is asked about once more before it is sent: with real money, and against simulated brokers. */
  readonly confirmLive: boolean
  readonly confirmSim: boolean
  /** What a new ticket starts as while an account is armed. */
  readonly ticketVenue: Venue
}

const key = "keepgaining.preferences"

const defaults: Preferences = {
  theme: "system",
  density: "compact",
  palette: "standard",
  singleKeys: true,
  flash: true,
  interval: "1m",
  confirmLive: true,
  confirmSim: true,
  ticketVenue: "paper"
}

const oneOf = <A extends string>(all: ReadonlyArray<A>, value: unknown, otherwise: A): A =>
  all.find((one) => one === value) ?? otherwise

/** Reads what was kept, whatever it is. */
export const readPreferences = (text: string | null): Preferences => {
  let kept: Record<string, unknown> = {}
  try {
    const parsed: unknown = JSON.parse(text ?? "{}")
    // Every field is checked below.
    if (typeof parsed === "object" && parsed !== null) kept = parsed as Record<string, unknown>
  } catch {
    kept = {}
  }
  return {
    theme: oneOf(["dark", "light", "system"], kept["theme"], defaults.theme),
    density: oneOf(["compact", "cosy"], kept["density"], defaults.density),
    palette: oneOf(["standard", "blue-orange"], kept["palette"], defaults.palette),
    singleKeys: kept["singleKeys"] !== false,
    flash: kept["flash"] !== false,
    interval: oneOf(intervals, kept["interval"], defaults.interval),
    confirmLive: kept["confirmLive"] !== false,
    confirmSim: kept["confirmSim"] !== false,
    ticketVenue: oneOf(["paper", "live"], kept["ticketVenue"], defaults.ticketVenue)
  }
}

const stored = (): string | null => {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

const [preferences, setSignal] = createSignal(readPreferences(stored()))
export { preferences }

const light = globalThis.matchMedia("(prefers-color-scheme: light)")
const [systemTheme, setSystemTheme] = createSignal<"dark" | "light">(light.matches ? "light" : "dark")
light.addEventListener("change", () => {
  setSystemTheme(light.matches ? "light" : "dark")
  show()
})

export const theme = (): "dark" | "light" => {
  const { theme } = preferences()
  return theme === "system" ? systemTheme() : theme
}

/** Height of a table row in px; fingers need more than a pointer. */
export const rowHeight = (): number =>
  globalThis.matchMedia("(pointer: coarse)").matches ? 44 : preferences().density === "cosy" ? 28 : 24

const show = (): void => {
  const { density, palette } = preferences()
  const { dataset } = document.documentElement
  dataset["theme"] = theme()
  dataset["density"] = density
  dataset["palette"] = palette
}

export const setPreferences = (change: Partial<Preferences>): void => {
  const next = { ...preferences(), ...change }
  setSignal(next)
  show()
  try {
    localStorage.setItem(key, JSON.stringify(next))
  } catch {
    // A browser that keeps nothing still shows the change.
  }
}

/** Simulated brokers are where people try things: what they set there does not count for real money. */
export const asksBeforeLive = (mode: Mode | undefined): boolean =>
  mode === "sim" ? preferences().confirmSim : preferences().confirmLive

export const setAsksBeforeLive = (mode: Mode | undefined, asks: boolean): void =>
  setPreferences(mode === "sim" ? { confirmSim: asks } : { confirmLive: asks })

export const toggleTheme = (): void => setPreferences({ theme: theme() === "dark" ? "light" : "dark" })

export const toggleDensity = (): void =>
  setPreferences({ density: preferences().density === "compact" ? "cosy" : "compact" })
