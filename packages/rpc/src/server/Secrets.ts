/**
 * Random secrets and their hashes. A plain SHA-256 is enough to store them: they carry 256 random bits, so there is
 * nothing to guess that a slow hash would slow down.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

/** What a secret opens, readable in its prefix so that a leaked one can be recognised. */
export type SecretKind = "owner" | "token" | "session" | "code"

/** 256 random bits as text that fits a URL, a cookie and a header. */
export const randomSecret = (kind: SecretKind): string => `kg-${kind}-${randomBytes(32).toString("base64url")}`

/** A short random name that is no secret. */
export const randomId = (): string => randomBytes(6).toString("hex")

export const hashSecret = (secret: string): string => createHash("sha256").update(secret, "utf8").digest("hex")

/** Compares two hashes in constant time. */
export const sameHash = (a: string, b: string): boolean => {
  const left = Buffer.from(a, "hex")
  const right = Buffer.from(b, "hex")
  return left.length === 32 && right.length === 32 && timingSafeEqual(left, right)
}

/** Finds the entry whose hash is the secret's; looks at every entry, so that time tells nothing about the position. */
export const findByHash = <A extends { readonly hash: string }>(
  entries: ReadonlyArray<A>,
  hash: string
): A | undefined => {
  let found: A | undefined
  for (const entry of entries) {
    if (sameHash(entry.hash, hash)) found = entry
  }
  return found
}
