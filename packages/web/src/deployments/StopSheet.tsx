/** Stopping a deployment: its positions stay, or are squared off too. */
import { type JSX } from "solid-js"
import { OnceButton } from "../controls/OnceButton.tsx"
import { Sheet } from "../controls/Sheet.tsx"
import { quantity } from "../format/numbers.ts"
import { useSheets } from "../shell/Sheets.tsx"
import { useTerminal } from "../state/Terminal.ts"

export const StopSheet = (props: { readonly deployment: string }): JSX.Element => {
  const terminal = useTerminal()
  const sheets = useSheets()
  const held = (): number =>
    (terminal.portfolio()?.positions ?? []).filter((one) => one.book === props.deployment && one.quantity !== 0).length
  const commandIds = { keep: crypto.randomUUID(), exit: crypto.randomUUID() }
  const stop = async (exit: boolean): Promise<void> => {
    await terminal.run(
      `Stop ${props.deployment}`,
      { _tag: "StopDeployment", deployment: props.deployment, exit },
      { commandId: exit ? commandIds.exit : commandIds.keep }
    )
    sheets.close()
  }
  return (
    <Sheet title={`Stop ${props.deployment}`} onClose={sheets.close} testId="stop-sheet">
      <div class="flex flex-col gap-3 p-3">
        <p>
          It holds {quantity(held())} open positions. A stopped deployment cannot be resumed; start a new one instead.
        </p>
        <div class="flex justify-end gap-2">
          <button type="button" class="button" onClick={sheets.close}>Cancel</button>
          <OnceButton testId="stop-keep" blocked={terminal.blocked()} onPress={() => stop(false)}>
            Stop, keep positions
          </OnceButton>
          <OnceButton class="button-danger" testId="stop-exit" blocked={terminal.blocked()} onPress={() => stop(true)}>
            Stop and exit
          </OnceButton>
        </div>
      </div>
    </Sheet>
  )
}
