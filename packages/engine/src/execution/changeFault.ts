/** Why an exchange would not take a change of a live order, as far as it can be known before the wire. Pure. */
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { rupeesText } from "@keepgaining/core/market/Money.ts"
import type { ExchangeInstruction } from "@keepgaining/core/orders/Order.ts"
import { bandText, type PriceBand } from "../brokers/PriceBands.ts"
import { lotFault } from "./preWire.ts"

type Change = Pick<
  Extract<ExchangeInstruction, { readonly _tag: "Modify" }>,
  "quantity" | "limitPrice" | "triggerPrice"
>

/** `lot`: by the broker's newest master. */
export const changeFault = (
  change: Change,
  instrument: Instrument,
  band: PriceBand | undefined,
  lot: number | undefined
): string | undefined => {
  const wrongLot = lotFault(change.quantity, instrument, lot)
  if (wrongLot !== undefined) return `${wrongLot.what}. ${wrongLot.remedy}`
  if (band === undefined) return undefined
  const outside = ([["limit", change.limitPrice], ["trigger", change.triggerPrice]] as const).find(([, price]) =>
    price !== undefined && (price < band.lowest || price > band.highest)
  )
  if (outside?.[1] === undefined) return undefined
  const [name, price] = outside
  return `The ${name} ${rupeesText(price)} is outside ${bandText(band)}. Keep it between ${
    rupeesText(band.lowest)
  } and ${rupeesText(band.highest)}`
}
