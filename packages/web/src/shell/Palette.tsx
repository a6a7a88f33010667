/** Ctrl K: symbols, pages, actions and deployments by a few letters. */
import { useNavigate } from "@solidjs/router"
import { createEffect, createMemo, createResource, createSignal, For, type JSX, Show } from "solid-js"
import { Sheet } from "../controls/Sheet.tsx"
import { title } from "../format/symbols.ts"
import { preferences, setPreferences, toggleDensity, toggleTheme } from "../preferences/Preferences.ts"
import { isFrozen, setFrozen } from "../state/frozen.ts"
import { useTerminal } from "../state/Terminal.ts"
import { best, type PaletteEntry } from "./paletteEntries.ts"
import { places } from "./Rail.tsx"
import { useSheets } from "./Sheets.tsx"

const shownEntries = 12

/** Of the instrument masters, below the session's own. */
const shownListed = 8

export const Palette = (): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const navigate = useNavigate()
  const [text, setText] = createSignal("")
  const [active, setActive] = createSignal(0)

  const go = (path: string) => (): void => {
    sheets.close()
    navigate(path)
  }
  const act = (run: () => void) => (): void => {
    sheets.close()
    run()
  }

  const entries = createMemo((): ReadonlyArray<PaletteEntry> => {
    const focused = sheets.focused()
    return [
      ...places.flatMap((group) => group.places).map((place) => ({
        id: `page-${place.path}`,
        title: place.title,
        kind: "page",
        words: `G ${place.key}`,
        run: go(place.path)
      })),
      {
        id: "kill",
        title: "Kill switch",
        kind: "action",
        words: "pause stop flatten lock",
        run: () => sheets.open({ _tag: "kill" })
      },
      {
        id: "deploy",
        title: "Start a strategy",
        kind: "action",
        words: "deploy new",
        run: () => sheets.open({ _tag: "deploy", symbols: [] })
      },
      {
        id: "keys",
        title: "Keyboard",
        kind: "action",
        words: "shortcuts help",
        run: () => sheets.open({ _tag: "keys" })
      },
      { id: "theme", title: "Dark or light", kind: "action", words: "theme look", run: act(toggleTheme) },
      { id: "density", title: "Row height", kind: "action", words: "density compact cosy", run: act(toggleDensity) },
      {
        id: "palette",
        title: "Colours of up and down",
        kind: "action",
        words: "blue orange colour blind palette",
        run: act(() => setPreferences({ palette: preferences().palette === "standard" ? "blue-orange" : "standard" }))
      },
      {
        id: "freeze",
        title: "Pause or resume updates",
        kind: "action",
        words: "freeze",
        run: act(() => setFrozen(!isFrozen()))
      },
      ...(focused === undefined ? [] : (["buy", "sell"] as const).map((side) => ({
        id: `ticket-${side}`,
        title: `${side === "buy" ? "Buy" : "Sell"} ${terminal.nameOf(focused)}`,
        kind: "ticket",
        words: "order",
        run: () => sheets.open({ _tag: "ticket", side, instrument: focused })
      }))),
      ...[...terminal.deployments().values()].map(({ deployment }) => ({
        id: `deployment-${deployment.id}`,
        title: `${deployment.strategy} ${deployment.id}`,
        kind: "deployment",
        words: deployment.instruments.join(" "),
        run: go(`/strategies/${encodeURIComponent(deployment.id)}`)
      })),
      ...terminal.instruments().map((instrument) => ({
        id: `symbol-${instrument.symbol}`,
        title: title(instrument),
        kind: `chart · ${instrument.kind}`,
        words: instrument.symbol,
        run: go(`/chart/${encodeURIComponent(instrument.symbol)}`)
      }))
    ]
  })
  const [listed] = createResource(
    () => text().trim().length < 2 ? undefined : text().trim(),
    (words) =>
      terminal.link.ask((rpc) => rpc.SearchInstruments({ text: words.slice(0, 100), limit: shownListed }))
        .catch(() => undefined)
  )
  const contracts = createMemo((): ReadonlyArray<PaletteEntry> => {
    const answer = text().trim().length < 2 ? undefined : listed.latest
    if (answer === undefined) return []
    const { broker, day } = answer
    if (broker === null || day === null) return []
    return answer.instruments.map((instrument) => ({
      id: `listed-${instrument.id}`,
      title: instrument.symbol,
      kind: `${instrument.exchange} ${instrument.kind} · ${broker}`,
      words: instrument.name,
      run: () => sheets.open({ _tag: "contract", instrument, broker, day })
    }))
  })
  const withoutMaster = (): boolean => text().trim().length >= 2 && listed.latest?.broker === null
  const found = createMemo(() => [...best(entries(), text(), shownEntries), ...contracts()])
  createEffect(() => {
    found()
    setActive(0)
  })

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setActive((place) => Math.max(0, Math.min(found().length - 1, place + step)))
      return
    }
    if (event.key === "Enter" && !event.repeat && !event.isComposing) {
      event.preventDefault()
      found()[active()]?.run()
    }
  }

  return (
    <Sheet title="Go to or do" onClose={sheets.close} place="top" testId="palette">
      <div class="border-b border-line p-2">
        <input
          class="field"
          type="text"
          role="combobox"
          aria-label="Symbol, page or action"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found().length > 0 ? `palette-${active()}` : undefined}
          aria-autocomplete="list"
          autocomplete="off"
          placeholder="Symbol, page or action"
          autofocus
          data-testid="palette-input"
          value={text()}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div role="listbox" id="palette-list" aria-label="Found" class="py-1">
        <For each={found()}>
          {(entry, place) => (
            <div
              id={`palette-${place()}`}
              role="option"
              aria-selected={active() === place()}
              class="flex h-7 cursor-pointer items-center gap-3 px-3"
              classList={{ "bg-selected": active() === place() }}
              onPointerMove={() => setActive(place())}
              onClick={() => entry.run()}
            >
              <span class="flex-1">{entry.title}</span>
              <span class="text-caption text-ink2">{entry.kind}</span>
            </div>
          )}
        </For>
      </div>
      <Show when={found().length === 0}>
        <p class="px-3 pb-3 text-ink2" role="status">Nothing has such a name.</p>
      </Show>
      <Show when={withoutMaster()}>
        <p class="border-t border-line px-3 py-2 text-caption text-ink2" data-testid="palette-no-master">
          Only instruments of this session are searched: there is no instrument master yet. Stop the engine and run{" "}
          <code>keepgaining instruments sync</code>, or start it with a network.
        </p>
      </Show>
    </Sheet>
  )
}
