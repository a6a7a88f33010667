import { paise } from "@keepgaining/core/market/Money.ts"
import { type GttView } from "@keepgaining/rpc/contract/Gtt.ts"
import { assert, describe, it } from "vitest"
import { makeGttLists } from "../../src/gtt/GttLists.ts"

const order = (id: string): GttView => ({
  id,
  symbol: "NSE:TCS",
  side: "buy",
  quantity: 1,
  product: "delivery",
  legs: [{ triggerPrice: paise(300_000), limitPrice: paise(300_000) }],
  status: "active",
  brokerStatus: "active"
})

/** Brokers that answer when they are told to. */
const stage = () => {
  const asked: Array<PromiseWithResolvers<ReadonlyArray<GttView>>> = []
  const accounts: Array<string> = []
  let now = 0
  const lists = makeGttLists((account) => {
    accounts.push(account)
    const answer = Promise.withResolvers<ReadonlyArray<GttView>>()
    asked.push(answer)
    return answer.promise
  }, () => ++now)
  return { asked, accounts, lists }
}

describe("lists of GTT orders", () => {
  it("are asked for once, and again only when somebody wants it", async () => {
    const { accounts, asked, lists } = stage()
    lists.lookOnce(["a", "b"])
    lists.lookOnce(["a", "b"])
    assert.deepStrictEqual(accounts, ["a", "b"])
    asked[0]?.resolve([order("1")])
    asked[1]?.reject({ reason: "b is not logged in", remedy: "Log in" })
    await Promise.allSettled(asked.map(({ promise }) => promise))
    await Promise.resolve()
    assert.deepInclude(lists.of("a"), { at: 1, loading: false, failure: undefined })
    assert.deepInclude(lists.of("b"), { at: undefined, loading: false, orders: [] })
    assert.strictEqual(lists.of("b")?.failure?.reason, "b is not logged in")
    lists.lookOnce(["b"])
    assert.lengthOf(accounts, 2)
    void lists.look("b")
    assert.deepStrictEqual(accounts, ["a", "b", "b"])
  })

  it("keep what was known when a look fails, and say why", async () => {
    const { asked, lists } = stage()
    const first = lists.look("a")
    asked[0]?.resolve([order("1")])
    await first
    const second = lists.look("a")
    asked[1]?.reject({ reason: "no answer" })
    await second
    assert.deepStrictEqual(lists.of("a")?.orders.map(({ id }) => id), ["1"])
    assert.deepInclude(lists.of("a"), { at: 1 })
    assert.strictEqual(lists.of("a")?.failure?.reason, "no answer")
  })

  it("are not put back by an older answer that comes late", async () => {
    const { asked, lists } = stage()
    const older = lists.look("a")
    const newer = lists.look("a")
    asked[1]?.resolve([])
    await newer
    asked[0]?.resolve([order("1")])
    await older
    assert.deepStrictEqual(lists.of("a")?.orders, [])
  })
})
