import { assert, describe, it } from "@effect/vitest"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { type AccountRecord, type AccountSecrets, BrokerAccounts, layer } from "../../src/brokers/BrokerAccounts.ts"
import * as Vault from "../../src/brokers/Vault.ts"
import { temporaryDirectory } from "./accountStage.ts"
import { disguises } from "./disguises.ts"

const secrets: AccountSecrets = {
  apiSecret: "planted-api-secret-5c1f",
  password: "planted pass/word+5c1f=",
  pin: "90471863",
  totpSecret: "KRSXG5CTMVRXEZLUKN2XAZLSKNSWG4TF",
  mobile: "9812345670"
}

const token: BrokerToken = {
  access: Redacted.make("planted-access-token-77aa"),
  feed: Redacted.make("planted-feed-token-77aa"),
  refresh: Redacted.make("planted-refresh-token-77aa"),
  profile: { userId: "AB1234", name: "Asha Rao", exchanges: ["NSE"], products: ["CNC"] },
  issuedAt: 1_000,
  endsAt: 2_000
}

const planted = [
  ...Object.values(secrets),
  ...[token.access, token.feed, token.refresh].map((each) => each === undefined ? "" : Redacted.value(each))
]

const record = (id: string): AccountRecord => ({
  id,
  broker: "kite",
  userId: "AB1234",
  apiKey: "key",
  redirectUrl: "http://127.0.0.1:9/brokers/callback",
  automatic: true
})

const keyOf = (key: string | undefined) =>
  ConfigProvider.layer(ConfigProvider.fromUnknown(key === undefined ? {} : { KEEPGAINING_VAULT_KEY: key }))

const open = (directory: string, key?: string) =>
  Layer.build(layer(directory).pipe(Layer.provideMerge(Vault.layer(directory)), Layer.provide(keyOf(key)))).pipe(
    Effect.map((context) => ({
      accounts: Context.get(context, BrokerAccounts),
      vault: Context.get(context, Vault.Vault)
    }))
  )

const filesOf = (directory: string): Effect.Effect<ReadonlyArray<readonly [name: string, text: string]>> =>
  Effect.promise(async () =>
    Promise.all(
      (await fs.readdir(directory)).map(async (name) =>
        [name, await fs.readFile(path.join(directory, name), "latin1")] as const
      )
    )
  )

const isPrivate = (file: string): Effect.Effect<boolean> =>
  Effect.promise(async () => ((await fs.stat(file)).mode & 0o077) === 0)

describe("stored accounts", () => {
  it.effect("keep secrets and tokens sealed on the disk, and give them back", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const { accounts } = yield* open(directory)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      yield* accounts.saveToken("asha", token)
      const files = yield* filesOf(directory)
      assert.includeMembers(files.map(([name]) => name), ["brokers.json", "vault.key"])
      for (const [name, text] of files) {
        for (const each of planted) {
          for (const form of disguises(each)) assert.isFalse(text.includes(form), `${name} holds a secret as ${form}`)
        }
        assert.isTrue(yield* isPrivate(path.join(directory, name)), name)
      }
      // By another process, so to say.
      const { accounts: again } = yield* open(directory)
      assert.deepStrictEqual(yield* again.list, [record("asha")])
      const opened = yield* again.secrets("asha")
      assert.deepStrictEqual(opened === undefined ? undefined : Redacted.value(opened), secrets)
      const found = yield* again.token("asha")
      assert.strictEqual(found === undefined ? "" : Redacted.value(found.access), "planted-access-token-77aa")
      assert.strictEqual(found?.feed === undefined ? "" : Redacted.value(found.feed), "planted-feed-token-77aa")
      assert.deepStrictEqual(found?.profile, token.profile)
      assert.notInclude(String(opened) + JSON.stringify(opened) + JSON.stringify(found), "planted")
    }))

  it.effect("are removed with all that is theirs, and with nothing of others", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const { accounts } = yield* open(directory)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      yield* accounts.put(record("ravi"), Redacted.make({ apiSecret: "another" }))
      yield* accounts.saveToken("asha", token)
      assert.isTrue(yield* accounts.remove("asha"))
      assert.isFalse(yield* accounts.remove("asha"))
      assert.deepStrictEqual(yield* accounts.list, [record("ravi")])
      assert.isUndefined(yield* accounts.secrets("asha"))
      assert.isUndefined(yield* accounts.token("asha"))
      const left = yield* accounts.secrets("ravi")
      assert.strictEqual(left === undefined ? "" : Redacted.value(left).apiSecret, "another")
      // Added anew it begins without a token.
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      assert.isUndefined(yield* accounts.token("asha"))
    }))

  it.effect("forget the token that was refused, not the one that took its place", () =>
    Effect.gen(function*() {
      const { accounts } = yield* open(yield* temporaryDirectory)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      const newer = { ...token, access: Redacted.make("newer"), issuedAt: 1_500 }
      yield* accounts.saveToken("asha", newer)
      yield* accounts.forgetToken("asha", token)
      assert.strictEqual((yield* accounts.token("asha"))?.issuedAt, 1_500)
      yield* accounts.forgetToken("asha", newer)
      assert.isUndefined(yield* accounts.token("asha"))
    }))

  it.effect("keep what was registered with the broker, without a new login", () =>
    Effect.gen(function*() {
      const { accounts } = yield* open(yield* temporaryDirectory)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      yield* accounts.saveToken("asha", token)
      assert.isTrue(yield* accounts.setRegistration("asha", { staticIp: "203.0.113.9", algo: "generic" }))
      assert.deepInclude((yield* accounts.list)[0], { staticIp: "203.0.113.9", algo: "generic" })
      yield* accounts.setRegistration("asha", { algo: "A1" })
      assert.deepInclude((yield* accounts.list)[0], { algo: "A1" })
      assert.notProperty((yield* accounts.list)[0], "staticIp")
      assert.isDefined(yield* accounts.token("asha"))
      assert.isFalse(yield* accounts.setRegistration("nobody", {}))
    }))

  it.effect("keep the user's order of preference without gaps, dated, and through everything else", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const { accounts } = yield* open(directory)
      for (const id of ["asha", "ravi", "mina"]) yield* accounts.put(record(id), Redacted.make(secrets))
      const places = Effect.map(
        (yield* open(directory)).accounts.list,
        (all) => Object.fromEntries(all.map(({ id, preference }) => [id, preference]))
      )
      assert.isTrue(yield* accounts.setPreference("ravi", 1, 1_000))
      assert.isTrue(yield* accounts.setPreference("asha", 7, 2_000))
      assert.deepStrictEqual(yield* places, {
        asha: { place: 2, since: 2_000 },
        ravi: { place: 1, since: 1_000 },
        mina: undefined
      })
      yield* accounts.setPreference("mina", 1, 3_000)
      assert.deepStrictEqual(yield* places, {
        asha: { place: 3, since: 3_000 },
        ravi: { place: 2, since: 3_000 },
        mina: { place: 1, since: 3_000 }
      })
      // The same again is no change.
      yield* accounts.setPreference("mina", 1, 4_000)
      assert.strictEqual((yield* places)["mina"]?.since, 3_000)
      yield* accounts.setPreference("ravi", null, 5_000)
      assert.deepStrictEqual(yield* places, {
        asha: { place: 2, since: 5_000 },
        ravi: undefined,
        mina: { place: 1, since: 3_000 }
      })
      // A new password, or another key, is no other wish.
      yield* accounts.saveToken("asha", token)
      yield* accounts.put({ ...record("asha"), apiKey: "another" }, Redacted.make(secrets))
      assert.deepStrictEqual((yield* places)["asha"], { place: 2, since: 5_000 })
      yield* accounts.remove("mina")
      assert.deepStrictEqual((yield* places)["asha"], { place: 1, since: 5_000 })
      assert.isFalse(yield* accounts.setPreference("nobody", 1, 6_000))
      assert.deepStrictEqual((yield* places)["asha"], { place: 1, since: 5_000 })
    }))

  it.effect("keep since when one is excluded from new positions", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const { accounts } = yield* open(directory)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      assert.isTrue(yield* accounts.setExcluded("asha", true, 1_000))
      yield* accounts.setExcluded("asha", true, 2_000)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      const { accounts: again } = yield* open(directory)
      assert.deepStrictEqual((yield* again.list)[0]?.excluded, { since: 1_000 })
      yield* again.setExcluded("asha", false, 3_000)
      assert.notProperty((yield* accounts.list)[0], "excluded")
      assert.isFalse(yield* accounts.setExcluded("nobody", true, 1_000))
    }))

  it.effect("show that their secrets were replaced", () =>
    Effect.gen(function*() {
      const { accounts } = yield* open(yield* temporaryDirectory)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      const before = yield* accounts.revision("asha")
      yield* accounts.saveToken("asha", token)
      yield* accounts.setAutomatic("asha", false)
      assert.strictEqual(yield* accounts.revision("asha"), before)
      yield* accounts.put(record("asha"), Redacted.make({ ...secrets, password: "changed" }))
      assert.notStrictEqual(yield* accounts.revision("asha"), before)
    }))

  it.effect("change under several processes at once without losing anything", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const opened = yield* Effect.forEach([1, 2, 3], () => open(directory), { concurrency: 3 })
      // The waits between attempts at the lock are of the real clock.
      yield* TestClock.withLive(Effect.forEach(
        opened.flatMap(({ accounts }, of) => [1, 2, 3, 4].map((i) => ({ accounts, id: `account-${of}-${i}` }))),
        ({ accounts, id }) => accounts.put(record(id), Redacted.make(secrets)),
        { concurrency: "unbounded" }
      ))
      assert.strictEqual((yield* opened[0]?.accounts.list ?? Effect.succeed([])).length, 12)
    }))
})

describe("the vault", () => {
  it.effect("opens with its own key only, and says so", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const { accounts } = yield* open(directory)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      yield* accounts.saveToken("asha", token)
      const { accounts: other } = yield* open(directory, crypto.randomBytes(32).toString("base64"))
      for (const read of [Effect.asVoid(other.secrets("asha")), Effect.asVoid(other.token("asha"))]) {
        const error = yield* Effect.flip(read)
        assert.strictEqual(error._tag, "VaultRefused")
        assert.include(error.message, "KEEPGAINING_VAULT_KEY")
        for (const each of planted) assert.notInclude(error.message, each)
      }
      // What it is not needed for goes on; such an account can be seen and removed.
      assert.deepStrictEqual(yield* other.list, [record("asha")])
      assert.isTrue(yield* other.remove("asha"))
    }))

  it.effect("refuses what is no key", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      for (const key of ["short", crypto.randomBytes(31).toString("base64"), "not base64 at all!"]) {
        const error = yield* Effect.flip(open(directory, key))
        assert.strictEqual(error._tag, "VaultRefused")
        assert.notInclude(error.message, key)
      }
    }))

  it.effect("refuses what was changed, cut, or put in another's place", () =>
    Effect.gen(function*() {
      const { vault } = yield* open(yield* temporaryDirectory)
      const sealed = yield* vault.seal(Redacted.make("planted"), "asha secrets")
      assert.strictEqual(Redacted.value(yield* vault.open(sealed, "asha secrets")), "planted")
      const bytes = Buffer.from(sealed, "base64")
      const flipped = Buffer.from(bytes)
      flipped[20] = (flipped[20] ?? 0) ^ 1
      const broken = [flipped, bytes.subarray(0, -1), bytes.subarray(0, 5), Buffer.alloc(0)]
      for (const each of broken) {
        const error = yield* Effect.flip(vault.open(each.toString("base64"), "asha secrets"))
        assert.strictEqual(error._tag, "VaultRefused")
      }
      assert.strictEqual((yield* Effect.flip(vault.open(sealed, "ravi secrets")))._tag, "VaultRefused")
      assert.strictEqual((yield* Effect.flip(vault.open(sealed, "asha token")))._tag, "VaultRefused")
      // Never the same text twice.
      assert.notStrictEqual(yield* vault.seal(Redacted.make("planted"), "asha secrets"), sealed)
    }))

  it.effect("makes one key, also when several begin at once", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const opened = yield* Effect.forEach(Array.from({ length: 8 }), () => open(directory), { concurrency: 8 })
      const sealed = yield* Effect.forEach(opened, ({ vault }) => vault.seal(Redacted.make("planted"), "x"))
      for (const { vault } of opened) {
        for (const each of sealed) assert.strictEqual(Redacted.value(yield* vault.open(each, "x")), "planted")
      }
      assert.deepStrictEqual(yield* Effect.promise(() => fs.readdir(directory)), ["vault.key"])
    }))

  it.effect("says nothing of what it holds when that is not as this version stores it", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const { accounts, vault } = yield* open(directory)
      yield* accounts.put(record("asha"), Redacted.make(secrets))
      const file = path.join(directory, "brokers.json")
      const sealed = yield* vault.seal(
        Redacted.make(`{"apiSecret":{"planted":"${secrets.apiSecret}"}}`),
        "asha secrets"
      )
      yield* Effect.promise(async () => {
        const File = Schema.fromJsonString(
          Schema.Struct({ version: Schema.Int, accounts: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)) })
        )
        const stored = Schema.decodeUnknownSync(File)(await fs.readFile(file, "utf8"))
        const changed = { ...stored, accounts: stored.accounts.map((each) => ({ ...each, secrets: sealed })) }
        await fs.writeFile(file, JSON.stringify(changed))
      })
      const error = yield* Effect.flip(accounts.secrets("asha"))
      assert.strictEqual(error._tag, "VaultRefused")
      assert.notInclude(error.message + error.stack, "planted")
    }))
})
