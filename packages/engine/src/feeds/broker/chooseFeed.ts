/**
 * Which of several accounts' feeds the session listens to: one at a time, so that no tick counts twice. Pure; times epoch ms.
 */
export interface FeedCandidate {
  readonly account: string
  /** When it was last heard; `null` = never. */
  readonly lastHeardAt: number | null
}

/** A feed that was silent for so long is left for another that is not. */
export const SILENT_MS = 5_000
/** What counts as heard just now. */
export const FRESH_MS = 1_500
/** The one that is preferred is gone back to after it has been heard for so long without such a silence. */
export const STEADY_MS = 60_000

export interface FeedChoice {
  readonly account: string | undefined
  /** Since when the preferred one has been steady again, while another one is listened to. */
  readonly steadySince: number | undefined
}

export const noChoice: FeedChoice = { account: undefined, steadySince: undefined }

/** `candidates` in order of preference. */
export const chooseFeed = (
  choice: FeedChoice,
  candidates: ReadonlyArray<FeedCandidate>,
  now: number
): FeedChoice => {
  const heardFor = ({ lastHeardAt }: FeedCandidate, within: number): boolean =>
    lastHeardAt !== null && now - lastHeardAt <= within
  const present = candidates.find(({ account }) => account === choice.account)
  const fresh = candidates.find((each) => heardFor(each, FRESH_MS))
  if (present === undefined || !heardFor(present, SILENT_MS)) {
    // Silence of all of them is nobody's fault in particular.
    return fresh === undefined ? choice : { account: fresh.account, steadySince: undefined }
  }
  const [preferred] = candidates
  if (preferred === undefined || preferred.account === present.account) {
    return choice.steadySince === undefined ? choice : { account: choice.account, steadySince: undefined }
  }
  if (!heardFor(preferred, SILENT_MS)) {
    return choice.steadySince === undefined ? choice : { account: choice.account, steadySince: undefined }
  }
  const steadySince = choice.steadySince ?? now
  return now - steadySince >= STEADY_MS
    ? { account: preferred.account, steadySince: undefined }
    : choice.steadySince === undefined
    ? { account: choice.account, steadySince }
    : choice
}
