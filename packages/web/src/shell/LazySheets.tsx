/** The sheets that are fetched when the first of them is opened. */
import { type JSX, Match, Switch } from "solid-js"
import { DeploySheet } from "../deployments/DeploySheet.tsx"
import { StopSheet } from "../deployments/StopSheet.tsx"
import { ContractSheet } from "../market/ContractSheet.tsx"
import { ModifySheet } from "../orders/ModifySheet.tsx"
import { OrderSheet } from "../orders/OrderSheet.tsx"
import { Ticket } from "../orders/Ticket.tsx"
import { ExitSheet } from "../positions/ExitSheet.tsx"
import { KeyList } from "./KeyList.tsx"
import { Palette } from "./Palette.tsx"
import { type OpenSheet, useSheets } from "./Sheets.tsx"

export const LazySheets = (): JSX.Element => {
  const sheets = useSheets()
  const when = <Tag extends OpenSheet["_tag"]>(tag: Tag): Extract<OpenSheet, { readonly _tag: Tag }> | undefined => {
    const sheet = sheets.current()
    // The tag was compared.
    return sheet?._tag === tag ? sheet as Extract<OpenSheet, { readonly _tag: Tag }> : undefined
  }
  return (
    <Switch>
      <Match when={when("palette")}>
        <Palette />
      </Match>
      <Match when={when("keys")}>
        <KeyList />
      </Match>
      <Match when={when("ticket")} keyed>
        {(sheet) => <Ticket side={sheet.side} instrument={sheet.instrument} />}
      </Match>
      <Match when={when("modify")} keyed>{(sheet) => <ModifySheet orderId={sheet.orderId} />}</Match>
      <Match when={when("order")} keyed>{(sheet) => <OrderSheet orderId={sheet.orderId} />}</Match>
      <Match when={when("exit")} keyed>{(sheet) => <ExitSheet positions={sheet.positions} />}</Match>
      <Match when={when("deploy")} keyed>{(sheet) => <DeploySheet symbols={sheet.symbols} />}</Match>
      <Match when={when("contract")} keyed>
        {(sheet) => <ContractSheet instrument={sheet.instrument} broker={sheet.broker} day={sheet.day} />}
      </Match>
      <Match when={when("stop")} keyed>{(sheet) => <StopSheet deployment={sheet.deployment} />}</Match>
    </Switch>
  )
}
