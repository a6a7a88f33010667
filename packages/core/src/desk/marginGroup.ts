/** What is margined together: an underlying and everything written on it. */
import type { Instrument } from "../market/Instrument.ts"
import type { Desk } from "./DeskState.ts"

/** Symbol of the underlying. */
export const marginGroup = ({ symbol, underlying }: Instrument): string => underlying ?? symbol

/** After anything that changes what is held or works in the instrument. */
export const needChanged = ({ context, state }: Desk, instrument: number): void => {
  state.margin.changed[marginGroup(context.instruments.at(instrument))] = true
}

/** A new day has other rates and other expiries. */
export const forgetNeeds = ({ state: { margin } }: Desk): void => {
  margin.risks = {}
  for (const group of Object.keys(margin.needs)) margin.changed[group] = true
}
