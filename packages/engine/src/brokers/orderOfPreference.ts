/** The user's order of preference among the accounts: their names, the preferred one first. Pure. */

/** With the account at that place, counted from 1, and those behind it one further back; `null` = not in it any more. */
export const placed = (
  order: ReadonlyArray<string>,
  account: string,
  place: number | null
): ReadonlyArray<string> => {
  const others = order.filter((each) => each !== account)
  return place === null ? others : others.toSpliced(Math.max(1, place) - 1, 0, account)
}
