/**
 * GTT orders of accounts, each list as its broker gave it when it was last asked. Every look is a call to the broker, so they are
 * asked only when a person wants it or did something; nothing here polls.
 */
import { type GttView } from "@keepgaining/rpc/contract/Gtt.ts"
import { createSignal } from "solid-js"
import { refusalOf } from "../brokers/attempt.ts"

export interface GttList {
  readonly orders: ReadonlyArray<GttView>
  /** When the broker gave them, epoch ms; absent before the first answer. */
  readonly at: number | undefined
  readonly loading: boolean
  /** Why the newest look failed; the orders are then older. */
  readonly failure: { readonly reason: string; readonly remedy: string | undefined } | undefined
}

export interface GttLists {
  /** Nothing of an account that was never asked. */
  readonly of: (account: string) => GttList | undefined
  readonly look: (account: string) => Promise<void>
  /** Asks those that were never asked. */
  readonly lookOnce: (accounts: ReadonlyArray<string>) => void
}

export const makeGttLists = (
  ask: (account: string) => Promise<ReadonlyArray<GttView>>,
  now: () => number
): GttLists => {
  const [lists, setLists] = createSignal<ReadonlyMap<string, GttList>>(new Map())
  /** Number of the newest look: the answer to an older one comes too late. */
  const looks = new Map<string, number>()
  const put = (account: string, change: Partial<GttList>): void => {
    const before = lists().get(account) ?? { orders: [], at: undefined, loading: false, failure: undefined }
    setLists(new Map(lists()).set(account, { ...before, ...change }))
  }
  const look = async (account: string): Promise<void> => {
    const number = (looks.get(account) ?? 0) + 1
    looks.set(account, number)
    put(account, { loading: true })
    const found = await ask(account).then(
      (orders): Partial<GttList> => ({ orders, at: now(), failure: undefined }),
      (failure: unknown): Partial<GttList> => ({ failure: refusalOf(failure) })
    )
    if (looks.get(account) === number) put(account, { ...found, loading: false })
  }
  return {
    of: (account) => lists().get(account),
    look,
    lookOnce: (accounts) => {
      for (const account of accounts) if (!looks.has(account)) void look(account)
    }
  }
}
