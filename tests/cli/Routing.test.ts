/**
 * Which account takes an order is the user's to influence: by the command line, through a running engine or without one, and
 * kept over its death. Programs' tokens are those of the engine that runs.
 */
import { isWorking, type Order } from "@keepgaining/core/orders/Order.ts"
import { KeepGaining } from "@keepgaining/rpc/client/KeepGaining.ts"
import type { Event } from "@keepgaining/rpc/contract/Trading.ts"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "vitest"
import { keepgaining } from "../support/commandLine.ts"
import { temporaryFolder } from "../support/folder.ts"
import { serve, until } from "../support/served.ts"

const folder = temporaryFolder()
const accounts = ["upstox-sim", "kite-sim", "angel-sim", "fyers-sim"]

it("the user's order of preference and exclusions hold, are explained, and outlive the engine", async () => {
  const home = fs.mkdtempSync(path.join(folder, "data-"))
  const flags = ["--profile", "sim", "--data", home, "--port", "0", "--watch", "NSE:RELIANCE", "--at", "11:00"]
  let served = await serve(flags)
  const ask = async (...args: ReadonlyArray<string>) => {
    const { code, stderr, stdout } = await keepgaining([...args, "--data", home, "--json"])
    assert.strictEqual(code, 0, stderr)
    return JSON.parse(stdout)
  }
  /** A connection with everything that was decided. */
  const connect = async () => {
    // `--profile sim` keeps everything in a folder of its own; commands find it.
    const { secret } = await ask("tokens", "create", "--name", "routing", "--scope", "admin")
    const client = await KeepGaining.connect({ url: served.url, token: String(secret) })
    const events: Array<Event> = []
    void (async () => {
      for await (const event of client.events()) events.push(event)
    })().catch(() => undefined)
    return { client, events }
  }
  let { client, events } = await connect()
  let tag = 0
  const place = async (side: "buy" | "sell", reduceOnly = false): Promise<Order> => {
    const outcome = await client.execute({
      _tag: "PlaceOrder",
      venue: "live",
      request: {
        clientTag: `r${++tag}`,
        instrument: 0,
        side,
        quantity: 1,
        type: "market",
        validity: "DAY",
        product: "intraday",
        purpose: "manual",
        reduceOnly
      }
    })
    assert.strictEqual(outcome._tag, "Done", JSON.stringify(outcome))
    const id = outcome._tag === "Done" ? outcome.orderId : undefined
    return until(() => {
      const last = events.findLast(({ decision }) => decision._tag === "OrderChanged" && decision.order.id === id)
      const order = last?.decision._tag === "OrderChanged" ? last.decision.order : undefined
      return order === undefined || isWorking(order.status) ? undefined : order
    }, `the end of ${id}`)
  }
  const routes = () => events.flatMap(({ decision }) => decision._tag === "OrderRouted" ? [decision] : [])
  const views = async () => {
    for await (const view of client.accounts()) return view.accounts
    return []
  }
  try {
    assert.lengthOf(await ask("tokens", "list"), 1)
    await until(
      async () =>
        (await views()).filter(({ funds, orders, phase }) =>
            phase === "live" && orders.state === "live" && funds !== null
          ).length === accounts.length || undefined,
      "all accounts"
    )
    for (const account of accounts) await client.arm(account)

    assert.include(await ask("brokers", "prefer", "kite"), { account: "kite-sim" })
    assert.strictEqual((await ask("brokers", "prefer", "fyers-sim")).preference.place, 1)
    assert.strictEqual((await ask("brokers", "prefer", "angel", "--place", "9")).preference.place, 3)
    assert.include(
      (await keepgaining(["brokers", "prefer", "kite", "--place", "2", "--data", home])).stdout,
      "1. fyers-sim, 2. kite-sim, 3. angel-sim"
    )
    assert.isNull((await ask("brokers", "prefer", "angel", "--none")).preference)
    const wrong = await keepgaining(["brokers", "prefer", "angel", "--none", "--place", "1", "--data", home])
    assert.strictEqual(wrong.code, 2)
    assert.strictEqual((await keepgaining(["brokers", "prefer", "angel", "--place", "0", "--data", home])).code, 2)

    for (const account of ["upstox", "angel-sim", "kite"]) {
      assert.isAbove((await ask("brokers", "exclude", account)).excluded.since, 0)
    }
    const first = await place("buy")
    assert.strictEqual(first.account, "fyers-sim")
    assert.strictEqual(first.status, "complete")
    const why = routes().at(-1)?.why.join(" ") ?? ""
    assert.include(why, "fyers-sim is number 1 in your order of preference.")
    for (const account of ["upstox-sim", "kite-sim", "angel-sim"]) {
      assert.include(why, `You excluded ${account} from new positions.`)
    }

    // Excluded altogether: nothing is opened or enlarged, and what is held can be left.
    await ask("brokers", "exclude", "fyers")
    const second = await place("buy")
    assert.strictEqual(second.status, "rejected")
    assert.include(second.reason, "fyers-sim: you excluded it from new positions")
    const last = await place("sell", true)
    assert.deepStrictEqual([last.status, last.account], ["complete", "fyers-sim"])
    assert.isNull((await ask("brokers", "include", "fyers")).excluded)

    const before = routes()
    await client.close()
    await served.kill()
    // Where no engine runs the accounts themselves are changed, and nobody needs the brokers for it.
    const sim = path.join(home, "sim")
    const { code, stdout } = await keepgaining(["brokers", "include", "kite", "--data", sim])
    assert.deepStrictEqual([code, stdout.trim()], [0, "kite-sim takes new positions again, while it is armed"])

    served = await serve(flags)
    ;({ client, events } = await connect())
    await until(() => routes().length >= before.length || undefined, "the routes of before")
    assert.deepStrictEqual(routes(), before)
    const now = new Map((await views()).map((view) => [view.account, view]))
    assert.deepStrictEqual(
      accounts.map((account) => [now.get(account)?.preference?.place, now.get(account)?.excluded !== null]),
      [[undefined, true], [2, false], [undefined, true], [1, false]]
    )
    const status = (await keepgaining(["brokers", "status", "--data", sim])).stdout
    assert.match(status, /fyers-sim.*number 1 in your order of preference/)
    assert.match(status, /upstox-sim.*no new positions since \d{4}-\d\d-\d\d/)
  } finally {
    await client.close()
    await served.kill()
  }
}, 300_000)
