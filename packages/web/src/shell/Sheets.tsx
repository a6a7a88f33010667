/** Which sheet is open. There is at most one; what opens another closes it. */
import { type Side } from "@keepgaining/core/orders/Order.ts"
import type { ListedInstrument } from "@keepgaining/rpc/contract/Reference.ts"
import { createContext, createSignal, type JSX, useContext } from "solid-js"

export type OpenSheet =
  | { readonly _tag: "kill" }
  | { readonly _tag: "palette" }
  | { readonly _tag: "keys" }
  | { readonly _tag: "ticket"; readonly side: Side; readonly instrument: number }
  | { readonly _tag: "modify"; readonly orderId: string }
  | { readonly _tag: "order"; readonly orderId: string }
  | { readonly _tag: "exit"; readonly positions: ReadonlyArray<string> }
  | { readonly _tag: "deploy"; readonly symbols: ReadonlyArray<string> }
  | {
    readonly _tag: "contract"
    readonly instrument: ListedInstrument
    readonly broker: string
    readonly day: string
  }
  | { readonly _tag: "stop"; readonly deployment: string }

export interface Sheets {
  readonly current: () => OpenSheet | undefined
  readonly open: (sheet: OpenSheet) => void
  readonly close: () => void
  /** Instrument that single keys act on: the row or chart that had the focus last. */
  readonly focused: () => number | undefined
  readonly focusInstrument: (instrument: number | undefined) => void
}

const SheetsContext = createContext<Sheets>()

export const SheetsProvider = (props: { readonly children: JSX.Element }): JSX.Element => {
  const [current, setCurrent] = createSignal<OpenSheet>()
  const [focused, setFocused] = createSignal<number>()
  /** Where the focus was before the first sheet opened, and goes back to. */
  let before: Element | null = null
  const sheets: Sheets = {
    current,
    open: (sheet) => {
      if (current() === undefined) before = document.activeElement
      setCurrent(sheet)
    },
    close: () => {
      setCurrent(undefined)
      const back = before
      before = null
      // After the sheet is gone, which takes the focus off everything.
      setTimeout(() => back instanceof HTMLElement && back.isConnected && back.focus(), 0)
    },
    focused,
    focusInstrument: (instrument) => setFocused(instrument)
  }
  return <SheetsContext.Provider value={sheets}>{props.children}</SheetsContext.Provider>
}

export const useSheets = (): Sheets => {
  const sheets = useContext(SheetsContext)
  if (sheets === undefined) throw new Error("useSheets outside of its provider")
  return sheets
}
