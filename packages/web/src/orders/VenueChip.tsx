/** Whether an order is with real money, with a simulated broker's, or on paper. Words and form say it, not only colour. */
import { type Venue } from "@keepgaining/core/orders/Order.ts"
import { type Mode } from "@keepgaining/rpc/contract/System.ts"
import { type JSX } from "solid-js"
import { useTerminal } from "../state/Terminal.ts"

/** `LIVE`, `SIM LIVE`, `PAPER`; in sessions that know only paper, what kind of paper: `DEMO`, `REPLAY`. */
export const moneyWord = (venue: Venue, mode: Mode | undefined): string =>
  venue === "live"
    ? mode === "live" ? "LIVE" : "SIM LIVE"
    : mode === "demo" || mode === "replay"
    ? mode.toUpperCase()
    : "PAPER"

export const VenueChip = (props: {
  readonly venue: Venue
  readonly testId?: string
  /** Further words: `real money`. */
  readonly more?: string | undefined
}): JSX.Element => {
  const terminal = useTerminal()
  const mode = (): Mode | undefined => terminal.hello()?.mode
  const isReal = (): boolean => props.venue === "live" && mode() === "live"
  return (
    <span
      class="chip"
      classList={{
        "chip-live": isReal(),
        "chip-sim": props.venue === "live" && !isReal(),
        "chip-paper": props.venue === "paper"
      }}
      data-testid={props.testId}
      data-venue={props.venue}
      title={isReal()
        ? "Real money, through a broker"
        : props.venue === "live"
        ? "The way of a live order, to a simulated broker: no real money"
        : "Simulated money, on the paper exchange of the session"}
    >
      {moneyWord(props.venue, mode())}
      {props.more === undefined ? "" : ` · ${props.more}`}
    </span>
  )
}
