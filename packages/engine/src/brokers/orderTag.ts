/**
 * The tag that every order of ours carries at its broker: `kg` and fourteen of `[a-z0-9]`, so it is valid for all of them
 * (Angel One takes 19 characters, Kite 20), and follows from the session and the order alone: after a crash the same order
 * is looked for under the same tag.
 */
import { createHash } from "node:crypto"

const LENGTH = 14

/** `session`: key of the timeline; `order`: the desk's id of it. 70 bits, so two orders never share one. */
export const orderTag = (session: string, order: string): string => {
  const digest = createHash("sha256").update(`${session} ${order}`).digest()
  const text = digest.readBigUInt64BE(0).toString(36) + digest.readBigUInt64BE(8).toString(36)
  return `kg${text.slice(0, LENGTH).padStart(LENGTH, "0")}`
}

export const isOurTag = (tag: string): boolean => /^kg[a-z0-9]{14}$/.test(tag)
