/** Sums of an account. Money in paise; charges come in rupees. */
import { liveBook, type Venue } from "@keepgaining/core/orders/Order.ts"
import { type DeploymentView, type Portfolio, type PositionView } from "@keepgaining/rpc/contract/Trading.ts"

/** Realised and open profit after charges; `NaN` when nothing is known. */
export const netPaise = (
  of: Pick<Portfolio, "realised" | "unrealised" | "charges"> | DeploymentView | PositionView | undefined
): number => of === undefined ? Number.NaN : of.realised + of.unrealised - of.charges * 100

/** Where the orders of a book go. */
export const venueOfBook = (book: string, portfolio: Pick<Portfolio, "deployments"> | undefined): Venue =>
  book === liveBook ||
    portfolio?.deployments.find(({ deployment }) => deployment.id === book)?.deployment.mode === "live"
    ? "live"
    : "paper"

/** Paper and live money are never one sum. `undefined` where there is no position of that kind. */
export const netByVenue = (
  portfolio: Pick<Portfolio, "positions" | "deployments"> | undefined
): Readonly<Record<Venue, number | undefined>> => {
  const sums: Record<Venue, number | undefined> = { paper: undefined, live: undefined }
  for (const position of portfolio?.positions ?? []) {
    const venue = venueOfBook(position.book, portfolio)
    sums[venue] = (sums[venue] ?? 0) + netPaise(position)
  }
  return sums
}
