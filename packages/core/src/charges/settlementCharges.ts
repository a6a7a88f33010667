/** What the settlement of an expired contract costs: the buyer's STT on the intrinsic value of an option, and nothing else. */
import * as Result from "effect/Result"
import type { Charges } from "../decisions/Decision.ts"
import { formatIstDate } from "../market/IndianTime.ts"
import type { Instrument } from "../market/Instrument.ts"
import { rupees } from "../market/Money.ts"
import type { Fill } from "../orders/Order.ts"
import { exerciseTax, noCharges, type RateMissing } from "./Charges.ts"
import type { ChargeSchedule } from "./ChargeSchedule.ts"

/** A fill that sells settles a long. Final settlement of a future is no sale, and a writer exercises nothing. */
export const settlementCharges = (
  fill: Fill,
  instrument: Instrument,
  schedule: ChargeSchedule
): Result.Result<Charges, RateMissing> => {
  const intrinsic = rupees(fill.quantity * fill.price / 100)
  if (instrument.kind !== "option" || fill.side === "buy" || intrinsic === 0) return Result.succeed(noCharges)
  return Result.map(
    exerciseTax(intrinsic, schedule, formatIstDate(fill.at)),
    (stt) => ({ ...noCharges, stt, total: stt })
  )
}
