import { createMemo, createSignal, For, type JSX } from "solid-js"
import { Sheet } from "../controls/Sheet.tsx"
import { keyBindings } from "./keys.ts"
import { useSheets } from "./Sheets.tsx"

export const KeyList = (): JSX.Element => {
  const sheets = useSheets()
  const [filter, setFilter] = createSignal("")
  const found = createMemo(() => {
    const words = filter().toLowerCase()
    return keyBindings.filter((binding) => `${binding.keys} ${binding.act}`.toLowerCase().includes(words))
  })
  return (
    <Sheet title="Keyboard" onClose={sheets.close} testId="keys-sheet">
      <div class="p-3">
        <input
          class="field"
          type="search"
          placeholder="Search the keys"
          aria-label="Search the keys"
          value={filter()}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </div>
      <dl class="px-3 pb-3">
        <For each={found()}>
          {(binding) => (
            <div class="flex items-baseline border-b border-line py-1">
              <dt class="w-44">
                <For each={binding.keys.split(" ")}>{(key) => <kbd class="kbd mr-1">{key}</kbd>}</For>
              </dt>
              <dd class="flex-1">{binding.act}</dd>
              <dd class="text-caption text-ink2">{binding.group}</dd>
            </div>
          )}
        </For>
      </dl>
    </Sheet>
  )
}
