/** GTT orders by the command line and by the client, through a running engine, at simulated brokers. */
import { paise } from "@keepgaining/core/market/Money.ts"
import { connect } from "@keepgaining/rpc/client/Client.ts"
import { KeepGaining } from "@keepgaining/rpc/client/KeepGaining.ts"
import { GttUnknown } from "@keepgaining/rpc/contract/Gtt.ts"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "vitest"
import { keepgaining } from "../support/commandLine.ts"
import { tokenFor } from "../support/connection.ts"
import { temporaryFolder } from "../support/folder.ts"
import { serve, until } from "../support/served.ts"

const folder = temporaryFolder()

it("GTT orders are placed, listed and cancelled, by the command line and by the client", async () => {
  const home = fs.mkdtempSync(path.join(folder, "data-"))
  const served = await serve([
    "--profile",
    "sim",
    "--data",
    home,
    "--port",
    "0",
    "--watch",
    "NSE:RELIANCE",
    "--at",
    "11:00"
  ])
  const run = (...args: ReadonlyArray<string>) => keepgaining(["brokers", ...args, "--data", home])
  try {
    const place = [
      "gtt",
      "place",
      "kite-sim",
      "NSE:RELIANCE",
      "--side",
      "buy",
      "--quantity",
      "2",
      "--trigger",
      "900.00"
    ]
    const unarmed = await until(async () => {
      const ended = await run(...place)
      return ended.stderr.includes("not logged in") ? undefined : ended
    }, "a login")
    assert.strictEqual(unarmed.code, 2, unarmed.stderr)
    assert.include(unarmed.stderr, "not armed")
    assert.include(unarmed.stderr, "keepgaining brokers arm kite-sim")
    assert.strictEqual((await run("arm", "kite-sim")).code, 0)
    assert.strictEqual((await run(...place.slice(0, -1), "900.001")).code, 2)

    const placed = await run(...place, "--json")
    assert.strictEqual(placed.code, 0, placed.stderr)
    const { id } = JSON.parse(placed.stdout)
    const list = async (): Promise<ReadonlyArray<Record<string, unknown>>> => {
      const { code, stderr, stdout } = await run("gtt", "list", "kite-sim", "--json")
      assert.strictEqual(code, 0, stderr)
      return JSON.parse(stdout)
    }
    const [only, ...others] = await list()
    assert.lengthOf(others, 0)
    assert.deepInclude(only, {
      id,
      symbol: "NSE:RELIANCE",
      side: "buy",
      quantity: 2,
      product: "delivery",
      status: "active"
    })
    assert.include((await run("gtt", "list", "kite-sim")).stdout, "at 900.00 limit 900.00")

    assert.strictEqual((await run("gtt", "cancel", "kite-sim", id)).code, 0)
    assert.isFalse((await list()).some(({ status }) => status === "active"))
    const again = await run("gtt", "cancel", "kite-sim", id)
    assert.strictEqual(again.code, 2)
    assert.notInclude(again.stderr, "    at ")

    // `--profile sim` keeps everything in a folder of its own.
    const token = await tokenFor(path.join(home, "sim"))
    const client = await KeepGaining.connect({ url: served.url, token })
    try {
      const leg = { triggerPrice: paise(95_000), limitPrice: paise(95_000) }
      const order = {
        account: "kite-sim",
        symbol: "NSE:RELIANCE",
        side: "buy",
        quantity: 1,
        product: "delivery",
        legs: [leg]
      } as const
      const commandId = "once"
      const first = await client.placeGtt(order, { commandId })
      assert.isTrue((await client.gttOrders("kite-sim")).some((row) => row.id === first && row.status === "active"))
      // Asked for again, it is the same one, although the account takes no new ones any more.
      await client.arm("kite-sim", false)
      assert.strictEqual(await client.placeGtt(order, { commandId }), first)
      const refused = await client.placeGtt(order).catch((error: unknown) => error)
      assert.deepInclude(refused, { _tag: "Refused", reason: "kite-sim is not armed, so it takes no live orders" })
      await client.cancelGtt("kite-sim", first)
      assert.isFalse((await client.gttOrders("kite-sim")).some(({ status }) => status === "active"))
      // Of another engine's time nobody can say whether it was placed.
      const lost = await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const { ask } = yield* connect({ url: served.url, token })
        return yield* Effect.flip(ask((rpc) => rpc.PlaceGtt({ ...order, commandId, bootId: "another" })))
      })))
      assert.instanceOf(lost, GttUnknown)
    } finally {
      await client.close()
    }
  } finally {
    await served.kill()
  }
}, 240_000)
