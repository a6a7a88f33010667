/** The keyboard map. Nothing here sends an order: B and S only open the ticket, whose review step sends it. */

export interface KeyBinding {
  /** As shown: `Ctrl K`, `G H`, `B`. */
  readonly keys: string
  readonly act: string
  readonly group: "Everywhere" | "Go to" | "Instrument in focus" | "Tables"
}

export const keyBindings: ReadonlyArray<KeyBinding> = [
  { keys: "Ctrl K", act: "Palette: symbols, pages, actions", group: "Everywhere" },
  { keys: "Ctrl Shift X", act: "Kill switch", group: "Everywhere" },
  { keys: "?", act: "This list", group: "Everywhere" },
  { keys: "/", act: "Filter the table", group: "Everywhere" },
  { keys: "T", act: "Dark or light", group: "Everywhere" },
  { keys: "D", act: "Row height", group: "Everywhere" },
  { keys: "F", act: "Pause or resume updates", group: "Everywhere" },
  { keys: "Esc", act: "Close the top sheet", group: "Everywhere" },
  { keys: "G H", act: "Home", group: "Go to" },
  { keys: "G M", act: "Market", group: "Go to" },
  { keys: "G C", act: "Chart", group: "Go to" },
  { keys: "G O", act: "Orders", group: "Go to" },
  { keys: "G D", act: "Calendar (days)", group: "Go to" },
  { keys: "G S", act: "Strategies", group: "Go to" },
  { keys: "G B", act: "Brokers", group: "Go to" },
  { keys: "G A", act: "Actors", group: "Go to" },
  { keys: "G L", act: "Alerts", group: "Go to" },
  { keys: "G ,", act: "Settings", group: "Go to" },
  { keys: "B", act: "Buy ticket", group: "Instrument in focus" },
  { keys: "S", act: "Sell ticket", group: "Instrument in focus" },
  { keys: "C", act: "Chart", group: "Instrument in focus" },
  { keys: "↑ ↓ ← →", act: "Move", group: "Tables" },
  { keys: "Home End PgUp PgDn", act: "Move far", group: "Tables" },
  { keys: "Enter", act: "Press the button, or open the row", group: "Tables" },
  { keys: "X", act: "Exit the position (review first)", group: "Tables" }
]

/** What a key press means; `undefined` when it means nothing here. */
export type KeyAct =
  | { readonly _tag: "palette" | "kill" | "keys" | "filter" | "theme" | "density" | "freeze" | "prefix" | "chart" }
  | { readonly _tag: "ticket"; readonly side: "buy" | "sell" }
  | { readonly _tag: "go"; readonly path: string }

export interface KeyPress {
  readonly key: string
  readonly ctrl: boolean
  readonly shift: boolean
  readonly alt: boolean
  /** The focus is where letters are text. */
  readonly typing: boolean
  /** G was pressed before. */
  readonly afterG: boolean
  /** Keys without Ctrl are on. */
  readonly singleKeys: boolean
}

const pages: Readonly<Record<string, string>> = {
  h: "/",
  m: "/market",
  c: "/chart",
  o: "/orders",
  d: "/calendar",
  s: "/strategies",
  b: "/brokers",
  a: "/actors",
  l: "/alerts",
  ",": "/settings"
}

export const actOf = (press: KeyPress): KeyAct | undefined => {
  const key = press.key.toLowerCase()
  if (press.alt) return undefined
  if (press.ctrl) {
    if (press.shift) return key === "x" ? { _tag: "kill" } : undefined
    return key === "k" ? { _tag: "palette" } : undefined
  }
  if (press.typing || !press.singleKeys) return undefined
  if (press.afterG) {
    const path = pages[key]
    return path === undefined ? undefined : { _tag: "go", path }
  }
  switch (key) {
    case "g":
      return { _tag: "prefix" }
    case "?":
      return { _tag: "keys" }
    case "/":
      return { _tag: "filter" }
    case "t":
      return { _tag: "theme" }
    case "d":
      return { _tag: "density" }
    case "f":
      return { _tag: "freeze" }
    case "b":
      return { _tag: "ticket", side: "buy" }
    case "s":
      return { _tag: "ticket", side: "sell" }
    case "c":
      return { _tag: "chart" }
    default:
      return undefined
  }
}
