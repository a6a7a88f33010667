/** Asks before an account may take live orders, and says in plain words what that means. */
import { DAY_MS, istDay, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import { type AccountView } from "@keepgaining/rpc/contract/Brokers.ts"
import { type JSX } from "solid-js"
import { ConfirmSheet } from "../controls/ConfirmSheet.tsx"
import { rupees } from "../format/numbers.ts"
import { date } from "../format/times.ts"
import { useTerminal } from "../state/Terminal.ts"
import { brokerTitles, excludedText, obstacles, ownerText } from "./accountText.ts"
import { attempt } from "./attempt.ts"

export const ArmSheet = (props: {
  readonly account: AccountView
  /** Clock of the server, epoch ms. */
  readonly serverTime: number
  readonly onClose: () => void
}): JSX.Element => {
  const terminal = useTerminal()
  // What is asked about must not change while it is read.
  const { account, broker, excluded, funds, simulated } = props.account
  const day = date(startOfIstDay(istDay(props.serverTime)) + DAY_MS / 2)
  const caution = (text: string): JSX.Element => <span class="text-warn">{text}</span>
  const lines: ReadonlyArray<JSX.Element> = [
    simulated
      ? "It stands for the simulator: no real money is touched."
      : <b>Real money. Orders that you send as live, and strategies in mode live, may go through this account.</b>,
    `The account: ${account}, ${brokerTitles[broker]}, ${ownerText(props.account)}${
      funds === null ? "" : `, ${rupees(funds.available)} free`
    }.`,
    `Until midnight of ${day}, or until you disarm it. Tomorrow it has to be armed again.`,
    "If several accounts are armed, the engine chooses one for each order and says why.",
    "Exits of what it holds are possible in any case, armed or not. Risk limits and the kill switch hold as always.",
    ...obstacles(props.account).map((text) => caution(`As it is now, no order goes through: ${text}.`)),
    ...(excluded === null ? [] : [caution(excludedText)])
  ]
  const arm = async (): Promise<void> => {
    const done = await attempt(
      terminal,
      `Arm ${account}`,
      () => terminal.link.ask((rpc) => rpc.ArmBroker({ account, armed: true }))
    )
    if (done) props.onClose()
  }
  return (
    <ConfirmSheet
      title={`Arm ${account} for today?`}
      lines={lines}
      button={simulated ? `Arm ${account}, simulated` : `Arm ${account} with real money`}
      danger={!simulated}
      blocked={terminal.blocked() ??
        (terminal.hello()?.scope === "admin" ? undefined : "This login may not arm accounts")}
      testId="arm-sheet"
      onConfirm={arm}
      onClose={props.onClose}
    />
  )
}
