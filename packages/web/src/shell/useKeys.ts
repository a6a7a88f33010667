import { useNavigate } from "@solidjs/router"
import { onCleanup } from "solid-js"
import { preferences, toggleDensity, toggleTheme } from "../preferences/Preferences.ts"
import { isFrozen, setFrozen } from "../state/frozen.ts"
import { useTerminal } from "../state/Terminal.ts"
import { actOf } from "./keys.ts"
import { useSheets } from "./Sheets.tsx"

/** How long after G the next key is a page, ms. */
const prefixMillis = 1_500

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input:not([type=checkbox], [type=range]), select, textarea"))

/** Listens for the keyboard map as long as the owner lives. */
export const useKeys = (): void => {
  const sheets = useSheets()
  const terminal = useTerminal()
  const navigate = useNavigate()
  let prefixedAt = Number.NEGATIVE_INFINITY

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return
    const now = performance.now()
    const act = actOf({
      key: event.key,
      ctrl: event.ctrlKey || event.metaKey,
      shift: event.shiftKey,
      alt: event.altKey,
      typing: isTyping(event.target),
      afterG: now - prefixedAt < prefixMillis,
      singleKeys: preferences().singleKeys
    })
    prefixedAt = Number.NEGATIVE_INFINITY
    if (act === undefined || (event.repeat && act._tag !== "palette")) return
    // Under an open sheet only the kill switch and the palette are in reach.
    if (sheets.current() !== undefined && act._tag !== "kill" && act._tag !== "palette") return
    event.preventDefault()
    const instrument = sheets.focused()
    switch (act._tag) {
      case "palette":
      case "kill":
      case "keys":
        return sheets.open({ _tag: act._tag })
      case "prefix":
        prefixedAt = now
        return
      case "go":
        return navigate(act.path)
      case "theme":
        return toggleTheme()
      case "density":
        return toggleDensity()
      case "freeze":
        return void setFrozen(!isFrozen())
      case "filter":
        return document.querySelector<HTMLElement>("[data-filter]")?.focus()
      case "chart": {
        const symbol = instrument === undefined ? undefined : terminal.instruments()[instrument]?.symbol
        if (symbol !== undefined) navigate(`/chart/${encodeURIComponent(symbol)}`)
        return
      }
      case "ticket": {
        if (instrument === undefined) return
        if (terminal.instruments()[instrument]?.kind === "index") {
          return terminal.notices.show(
            "warning",
            `${terminal.nameOf(instrument)} is an index: it is quoted, not traded`
          )
        }
        return sheets.open({ _tag: "ticket", side: act.side, instrument })
      }
    }
  }

  document.addEventListener("keydown", onKeyDown)
  onCleanup(() => document.removeEventListener("keydown", onKeyDown))
}
