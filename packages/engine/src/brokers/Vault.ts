/**
 * Encrypts what must not lie on the disk in the open: brokers' secrets and tokens. AES-256-GCM with a random nonce a
 * message; what a text is about (account and field) is authenticated with it, so that one cannot be put in another's
 * place. The key comes from `KEEPGAINING_VAULT_KEY` (base64, 32 bytes) or from `vault.key` in the data directory, which is
 * made at first use and readable by its owner only.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Aead from "effect/crypto/Aead"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"

/** The key cannot be had, or a sealed text cannot be opened with it. No secret is in the message. */
export class VaultRefused extends Schema.TaggedError<VaultRefused>()("VaultRefused", {
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.reason}. ${this.remedy}`
  }
}

export class Vault extends Context.Service<Vault, {
  /** `about` names what it is: `kite-asha secrets`. */
  readonly seal: (secret: Redacted.Redacted, about: string) => Effect.Effect<string, VaultRefused>
  readonly open: (sealed: string, about: string) => Effect.Effect<Redacted.Redacted, VaultRefused>
}>()("@keepgaining/engine/brokers/Vault") {}

const KEY_BYTES = 32

const keyFromFile = (file: string): Effect.Effect<Uint8Array, VaultRefused> =>
  Effect.tryPromise({
    try: async () => {
      await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      const read = async () => new Uint8Array(Buffer.from((await fs.readFile(file, "utf8")).trim(), "base64"))
      const isThere = await fs.access(file).then(() => true, () => false)
      if (isThere) return await read()
      // Written whole under another name first: nobody ever reads half a key, also not after a crash.
      const made = `${file}.${crypto.randomBytes(6).toString("hex")}`
      const handle = await fs.open(made, "wx", 0o600)
      try {
        await handle.writeFile(crypto.randomBytes(KEY_BYTES).toString("base64"))
        await handle.sync()
      } finally {
        await handle.close()
      }
      try {
        // Whoever comes first; others read what is there.
        await fs.link(made, file)
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
      } finally {
        await fs.rm(made, { force: true })
      }
      return await read()
    },
    catch: (cause) =>
      new VaultRefused({
        reason: `${file} cannot be read or made: ${String(cause)}`,
        remedy: "Check that the data directory belongs to this user"
      })
  })

const make = (dataDirectory: string) =>
  Effect.gen(function*() {
    const aead = yield* Aead.Aead
    const file = path.join(dataDirectory, "vault.key")
    const given = yield* Config.option(Config.Redacted("KEEPGAINING_VAULT_KEY"))
    const bytes = Option.isSome(given)
      ? new Uint8Array(Buffer.from(Redacted.value(given.value), "base64"))
      : yield* keyFromFile(file)
    const source = Option.isSome(given) ? "KEEPGAINING_VAULT_KEY" : file
    const badKey = new VaultRefused({
      reason: `${source} is no key`,
      remedy: `It must be ${KEY_BYTES} random bytes in base64: openssl rand -base64 ${KEY_BYTES}`
    })
    const key = yield* Effect.mapError(Aead.key(Aead.aes256Gcm, bytes), () => badKey)
    const aad = (about: string): Uint8Array => new TextEncoder().encode(about)
    return Vault.of({
      seal: (secret, about) => {
        const nonce = new Uint8Array(crypto.randomBytes(Aead.aes256Gcm.nonceLength))
        const plain = new TextEncoder().encode(Redacted.value(secret))
        return aead.encrypt(key, plain, { nonce, aad: aad(about) }).pipe(
          Effect.map((sealed) => Buffer.concat([nonce, sealed]).toString("base64")),
          Effect.mapError(() => badKey)
        )
      },
      open: (sealed, about) => {
        const all = new Uint8Array(Buffer.from(sealed, "base64"))
        const nonce = all.subarray(0, Aead.aes256Gcm.nonceLength)
        return aead.decrypt(key, all.subarray(nonce.length), { nonce, aad: aad(about) }).pipe(
          Effect.map((plain) => Redacted.make(new TextDecoder().decode(plain), { label: about })),
          Effect.mapError(() =>
            new VaultRefused({
              reason: `What is stored of ${about} cannot be opened with ${source}`,
              remedy: "Bring back the key that it was stored with, or remove the account and add it again"
            })
          )
        )
      }
    })
  })

export const layer = (dataDirectory: string): Layer.Layer<Vault, VaultRefused | Config.ConfigError> =>
  Layer.effect(Vault, make(dataDirectory)).pipe(Layer.provide(NodeCrypto.layerAead))
