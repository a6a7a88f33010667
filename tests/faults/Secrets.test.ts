/**
 * The whole product with accounts at all simulated brokers, at its most talkative: no secret of an account is in its log, its
 * answers, its metrics, or any file that it leaves (journal, database, recorded ticks and frames), but for the sealed vault.
 */
import * as BrokerAccounts from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import { simulatedCustomers } from "@keepgaining/engine/brokers/simulated.ts"
import * as Vault from "@keepgaining/engine/brokers/Vault.ts"
import { KeepGaining } from "@keepgaining/rpc/client/KeepGaining.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "vitest"
import { keepgaining, repository } from "../support/commandLine.ts"
import { tokenFor } from "../support/connection.ts"
import { temporaryFolder } from "../support/folder.ts"
import { until } from "../support/served.ts"

/** Accounts and what of their tokens is secret, as stored. */
const stored = (data: string) =>
  Effect.gen(function*() {
    const accounts = yield* BrokerAccounts.BrokerAccounts
    const tokens: Array<string> = []
    const ids: Array<string> = []
    for (const { id } of yield* accounts.list) {
      ids.push(id)
      const token = yield* accounts.token(id)
      for (const each of [token?.access, token?.feed, token?.refresh]) {
        if (each !== undefined) tokens.push(Redacted.value(each))
      }
    }
    return { ids, tokens }
  }).pipe(
    Effect.provide(BrokerAccounts.layer(data).pipe(Layer.provide(Vault.layer(data)))),
    Effect.runPromise
  )

/** In the forms in which it might slip out. */
const forms = (secret: string): ReadonlyArray<string> => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64").replaceAll("=", "").slice(0, -1),
  Buffer.from(secret).toString("hex")
]

it("serve keeps the secrets of accounts to itself", async () => {
  const cwd = temporaryFolder()
  const home = path.join(cwd, "home")
  const data = path.join(home, "sim")
  const program = path.join(repository, "packages", "rpc", "src", "cli", "main.ts")
  const args = ["serve", "--profile", "sim", "--data", home, "--port", "0", "--pace", "10", "--at", "11:00"]
  const child = spawn(
    process.execPath,
    [program, ...args, "--watch", "NSE:RELIANCE,NSE:SBIN", "--record-raw", "--json", "--log-level", "all"],
    { cwd, env: { ...process.env, DATABASE_URL: undefined, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] }
  )
  let greeting = ""
  let said = ""
  child.stdout.on("data", (chunk: Buffer) => greeting += chunk.toString())
  child.stderr.on("data", (chunk: Buffer) => said += chunk.toString())
  const gone = new Promise((resolve) => child.once("close", resolve))
  try {
    await until(() => greeting.includes("\n") || undefined, "the greeting", 180)
    const { url } = { url: "", ...(JSON.parse(greeting) as object) }
    const token = await tokenFor(data)
    const client = await KeepGaining.connect({ url, token, connectTimeout: "60 seconds" })
    const seen: Array<unknown> = []
    await until(
      async () => {
        for await (const view of client.accounts()) {
          seen.push(view)
          const { accounts } = view
          if (
            accounts.length >= 2 &&
            accounts.every(({ feed, orders }) => feed.state === "live" && orders.state === "live")
          ) {
            return true
          }
        }
        return undefined
      },
      "all accounts",
      120
    )
    const before = await stored(data)
    assert.isAtLeast(before.tokens.length, before.ids.length)

    // Orders with money of the simulators, through each of the accounts.
    for (const id of before.ids) await client.arm(id)
    const index = (await client.instruments()).findIndex(({ symbol }) => symbol === "NSE:RELIANCE")
    for (const id of before.ids) {
      seen.push(
        await client.execute({
          _tag: "PlaceOrder",
          venue: "live",
          request: {
            clientTag: `by ${id}`,
            instrument: index,
            side: "buy",
            quantity: 10,
            type: "market",
            validity: "DAY",
            product: "intraday",
            purpose: "manual",
            reduceOnly: false
          }
        })
      )
    }
    await until(
      async () => {
        const books = await Promise.all(before.ids.map((id) => client.accountBook(id)))
        seen.push(books)
        return books.some(({ orders }) => orders.length > 0) || undefined
      },
      "an order at a broker",
      120
    )
    for (const command of [["status"], ...before.ids.map((id) => ["logout", id])]) {
      const { stderr, stdout } = await keepgaining(["brokers", ...command, "--data", data, "--log-level", "all"])
      said += stdout + stderr
    }
    seen.push(await (await fetch(`${url}/metrics`)).text())
    await client.close()
    child.kill("SIGTERM")
    await gone

    const secrets = new Set([
      ...before.tokens,
      ...simulatedCustomers("").flatMap(({ apiSecret, broker, totpSecret }) =>
        before.ids.some((id) => id.startsWith(broker)) ? [apiSecret, totpSecret] : []
      )
    ])
    const places: Array<readonly [name: string, text: string]> = [
      ["log", said],
      ["greeting", greeting],
      ["answers", JSON.stringify(seen)]
    ]
    const entries = fs.readdirSync(cwd, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
    for (const entry of entries) {
      const file = path.join(entry.parentPath, entry.name)
      places.push([path.relative(cwd, file), fs.readFileSync(file, "latin1")])
    }
    // It was looked at what matters, and it was talkative.
    const names = places.map(([name]) => name).join("\n")
    for (const expected of ["journal", "brokers.json", "vault.key"]) assert.include(names, expected)
    assert.isAbove(entries.length, 20)
    for (const id of before.ids) assert.include(said, `${id} is logged in`)
    const leaks = places.flatMap(([name, text]) =>
      [...secrets].flatMap((secret) =>
        forms(secret).some((form) => text.includes(form)) ? [`${name} holds ${secret.slice(0, 8)}…`] : []
      )
    )
    assert.deepStrictEqual(leaks, [])
    // Nothing was left beside the data directory: SDKs write log files where one stands.
    assert.deepStrictEqual(fs.readdirSync(cwd), ["home"])
  } finally {
    child.kill("SIGKILL")
    await gone
  }
}, 400_000)
