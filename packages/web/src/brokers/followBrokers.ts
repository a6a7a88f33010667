/** The broker accounts as they are now, followed as long as the owner lives. */
import { type BrokersView } from "@keepgaining/rpc/contract/Brokers.ts"
import { type Accessor, createSignal, onCleanup } from "solid-js"
import { type Terminal } from "../state/Terminal.ts"

/** `undefined` until they are known. */
export const followBrokers = (terminal: Terminal): Accessor<BrokersView | undefined> => {
  const [view, setView] = createSignal<BrokersView>()
  onCleanup(terminal.link.follow((rpc) => rpc.WatchBrokers(), (values) => {
    const newest = values.at(-1)
    if (newest !== undefined) setView(newest)
  }))
  return view
}
