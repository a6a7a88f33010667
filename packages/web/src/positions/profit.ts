/** Sums of an account. Money in paise; charges come in rupees. */
import { type DeploymentView, type Portfolio, type PositionView } from "@keepgaining/rpc/contract/Trading.ts"

/** Realised and open profit after charges; `NaN` when nothing is known. */
export const netPaise = (
  of: Pick<Portfolio, "realised" | "unrealised" | "charges"> | DeploymentView | PositionView | undefined
): number => of === undefined ? Number.NaN : of.realised + of.unrealised - of.charges * 100
