import { assert, describe, it } from "@effect/vitest"
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { paise, rupees } from "@keepgaining/core/market/Money.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import type { AccountCandidate, RoutedOrder } from "@keepgaining/engine/routing/AccountCandidate.ts"
import { LOGIN_MARGIN_MS } from "@keepgaining/engine/routing/exclusions.ts"
import { type Route, routeOrder, type RouteRow } from "@keepgaining/engine/routing/routeOrder.ts"
import * as Schema from "effect/Schema"

const now = 1_790_000_000_000

const candidate = (account: string, changes: Partial<AccountCandidate> = {}): AccountCandidate => ({
  account,
  broker: "kite",
  armed: true,
  preference: null,
  excluded: false,
  phase: "live",
  ordersLive: true,
  tokenEndsAt: now + 8 * 3_600_000,
  knowsInstrument: true,
  markets: ["NSE", "NFO"],
  products: ["intraday", "delivery", "carry"],
  types: ["limit", "stop-limit"],
  funds: paise(10_000_000),
  margin: { _tag: "Known", amount: paise(5_000_000), source: "broker" },
  charges: rupees(40),
  room: 8,
  waiting: 0,
  failures: 0,
  resting: [],
  ...changes
})

const entry: RoutedOrder = {
  kind: "place",
  reduces: false,
  holder: undefined,
  symbol: "NSE:NIFTY26D0124500CE",
  market: "NFO",
  type: "limit",
  product: "intraday",
  calls: 1
}
const exit = (holder: string): RoutedOrder => ({ ...entry, reduces: true, holder })

const pick = (route: Route): string | undefined => route._tag === "Routed" ? route.account : undefined
const rowOf = (route: Route, account: string): RouteRow | undefined =>
  route.table.find((row) => row.account === account)

describe("a new position", () => {
  it.each(
    [
      [{ excluded: true }, "you excluded it from new positions"],
      [{ armed: false }, "it is not armed for today"],
      [{ phase: "logged-out", tokenEndsAt: null }, "it is not logged in"],
      [{ phase: "unreachable" }, "its broker does not answer"],
      [{ ordersLive: false }, "its order stream is down, so fills would be seen late"],
      [{ tokenEndsAt: now }, "its login has ended"],
      [{ tokenEndsAt: now + LOGIN_MARGIN_MS - 1_000 }, "its login ends in 299 s; log in again first"],
      [{ knowsInstrument: false }, "the instrument master of kite does not list NSE:NIFTY26D0124500CE"],
      [{ markets: ["NSE"] }, "it may not trade on NFO"],
      [{ products: ["delivery"] }, "it has no intraday product"],
      [{ types: ["stop-limit"] }, "kite takes no limit orders"],
      [{ funds: null }, "its funds are not known yet"],
      [{ funds: paise(4_999_999) }, "it has ₹49,999.99, and the order needs ₹50,000.00 by its broker"]
    ] as ReadonlyArray<readonly [Partial<AccountCandidate>, string]>
  )("does not go to an account that is %o: %s", (changes, reason) => {
    const alone = routeOrder(entry, [candidate("a", changes)], now)
    assert.deepStrictEqual(alone._tag === "Refused" ? alone.reasons : [], [`a: ${reason}`])
    const beside = routeOrder(entry, [candidate("a", { ...changes, preference: 0 }), candidate("b")], now)
    assert.strictEqual(pick(beside), "b")
    assert.deepStrictEqual(rowOf(beside, "a")?.reasons, [reason])
  })

  it("is refused in words when there is no account", () => {
    const route = routeOrder(entry, [], now)
    assert.match(route._tag === "Refused" ? route.reasons.join() : "", /keepgaining brokers add/)
  })

  it("goes where what it needs just fits, and at five minutes before the end of a login", () => {
    const just = candidate("a", { funds: paise(5_000_000), tokenEndsAt: now + LOGIN_MARGIN_MS, markets: null })
    assert.strictEqual(pick(routeOrder(entry, [just], now)), "a")
  })

  it("goes to an account whose margin nobody knows, and says so", () => {
    const route = routeOrder(entry, [candidate("a", { margin: { _tag: "Unknown", reason: "no price yet" } })], now)
    assert.include(route._tag === "Routed" ? route.why.join(" ") : "", "not known (no price yet)")
  })

  it.each(
    [
      ["has had less trouble of late", { failures: 1 }, {}],
      ["has had less trouble of late", { resting: ["orders"] }, { charges: rupees(135), waiting: 5 }],
      ["has more room for orders right now", { room: 0 }, {}],
      ["has more room for orders right now", { waiting: 3 }, {}],
      ["is cheaper", { charges: rupees(45) }, {}],
      ["is cheaper", { charges: null }, {}],
      ["does as well and comes first by name", { charges: rupees(44.9) }, {}]
    ] as ReadonlyArray<readonly [string, Partial<AccountCandidate>, Partial<AccountCandidate>]>
  )("goes to the one that %s", (reason, worse, better) => {
    const route = routeOrder(entry, [candidate("z", worse), candidate("b", better)], now)
    assert.strictEqual(pick(route), "b")
    assert.include(rowOf(route, "z")?.reasons ?? [], `b ${reason}`)
    assert.include(route._tag === "Routed" ? route.why[0] : "", reason)
  })

  it("follows the user's preference between equals, and only there", () => {
    const equals = [candidate("a"), candidate("b", { preference: 2 }), candidate("c", { preference: 1 })]
    const route = routeOrder(entry, equals, now)
    assert.strictEqual(pick(route), "c")
    assert.deepStrictEqual(rowOf(route, "a")?.reasons, ["c comes earlier in your order of preference"])
    const troubled = candidate("c", { preference: 0, failures: 2 })
    assert.strictEqual(pick(routeOrder(entry, [candidate("a"), troubled], now)), "a")
  })

  it("says what became of the user's wishes", () => {
    const whyOf = (...candidates: ReadonlyArray<AccountCandidate>) => {
      const route = routeOrder(entry, candidates, now)
      return route._tag === "Routed" ? route.why.join(" ") : ""
    }
    assert.include(
      whyOf(candidate("a"), candidate("b", { preference: 1 })),
      "b comes earlier in your order of preference; a would be next."
    )
    assert.include(
      whyOf(candidate("a"), candidate("b", { preference: 1 })),
      "b is number 1 in your order of preference."
    )
    assert.include(
      whyOf(candidate("a", { preference: 2 }), candidate("b", { preference: 1, charges: rupees(90) })),
      "a is number 2 in your order of preference. b comes before it in your order, but a is cheaper."
    )
    assert.include(
      whyOf(candidate("a"), candidate("b", { preference: 1, armed: false })),
      "b comes before it in your order, but cannot take it: it is not armed for today."
    )
    assert.include(
      whyOf(candidate("a"), candidate("b", { preference: 1, excluded: true })),
      "You excluded b from new positions."
    )
    // Where nobody had a choice, nothing is said of wishes.
    const leaving = routeOrder(exit("a"), [candidate("a", { excluded: true }), candidate("b", { preference: 1 })], now)
    assert.deepStrictEqual(leaving._tag === "Routed" ? [leaving.account, leaving.why] : [], [
      "a",
      ["An order goes where its position in NSE:NIFTY26D0124500CE is: to a."]
    ])
  })

  it("does not enlarge a position at an account that the user excluded", () => {
    const more = routeOrder({ ...entry, holder: "a" }, [candidate("a", { excluded: true }), candidate("b")], now)
    assert.deepStrictEqual(rowOf(more, "a")?.reasons, ["you excluded it from new positions"])
    assert.strictEqual(more._tag, "Refused")
  })

  it("prefers room for all of its slices", () => {
    const route = routeOrder({ ...entry, calls: 4 }, [candidate("a", { room: 3 }), candidate("b", { room: 4 })], now)
    assert.strictEqual(pick(route), "b")
  })

  it("that enlarges another goes where that is, or nowhere", () => {
    const enlarging = { ...entry, holder: "b" }
    assert.strictEqual(pick(routeOrder(enlarging, [candidate("a"), candidate("b", { failures: 8 })], now)), "b")
    const refused = routeOrder(enlarging, [candidate("a"), candidate("b", { funds: paise(0) })], now)
    assert.strictEqual(refused._tag, "Refused")
    assert.deepStrictEqual(rowOf(refused, "a")?.reasons, ["the position in NSE:NIFTY26D0124500CE is at b"])
  })

  it("explains what was chosen", () => {
    const route = routeOrder(
      entry,
      [candidate("a", { margin: { _tag: "Known", amount: paise(5_000_000), source: "model" } }), candidate("z")],
      now
    )
    assert.deepStrictEqual(route._tag === "Routed" ? route.why : [], [
      "a does as well and comes first by name; z would be next.",
      "Charges there are about ₹40.00.",
      "It binds ₹50,000.00 of ₹1,00,000.00 by our margin model, which may be 15 % off."
    ])
    assert.deepStrictEqual(route.table.map(({ account, verdict }) => [account, verdict]), [
      ["a", "taken"],
      ["z", "possible"]
    ])
  })
})

describe("an exit", () => {
  const broke = { armed: false, excluded: true, funds: null, ordersLive: false, tokenEndsAt: now + 1_000 } as const

  it("goes to its position without leave, money, stream or much time", () => {
    const route = routeOrder(exit("b"), [candidate("a"), candidate("b", broke)], now)
    assert.strictEqual(pick(route), "b")
    assert.deepStrictEqual(route._tag === "Routed" ? route.why : [], [
      "An order goes where its position in NSE:NIFTY26D0124500CE is: to b.",
      "Its order stream is down, so the outcome shows when its book is read next."
    ])
  })

  it("goes nowhere else when its account does not answer, and nowhere when nobody holds anything", () => {
    const away = routeOrder(exit("b"), [candidate("a"), candidate("b", { phase: "unreachable" })], now)
    assert.deepStrictEqual(away._tag === "Refused" ? away.reasons : [], [
      "a: the position in NSE:NIFTY26D0124500CE is at b",
      "b: its broker does not answer"
    ])
    const lost = routeOrder({ ...entry, reduces: true }, [candidate("a")], now)
    assert.match(lost._tag === "Refused" ? lost.reasons.join() : "", /no account holds/)
  })
})

describe("a change", () => {
  const change: RoutedOrder = { ...entry, kind: "change", holder: "b" }

  it("goes to its order, without money; one that may enlarge needs leave", () => {
    assert.strictEqual(pick(routeOrder(change, [candidate("a"), candidate("b", { funds: null })], now)), "b")
    const disarmed = [candidate("b", { armed: false })]
    assert.strictEqual(pick(routeOrder(change, disarmed, now)), undefined)
    assert.strictEqual(pick(routeOrder({ ...change, reduces: true }, disarmed, now)), "b")
  })
})

// ---- whatever the accounts are like ----------------------------------------------------------------------------------

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e9 }))
const runs = { arbitrary: { runs: 500 } }

const someCandidates = (random: Random.Random): ReadonlyArray<AccountCandidate> => {
  const usually = (chance = 0.85) => Random.chance(random, chance)
  const upTo = (most: number) => Random.integer(random, most)
  return Array.from({ length: 1 + upTo(6) }, (_, i) =>
    candidate(`account-${i}`, {
      broker: Broker.literals[upTo(4)] ?? "kite",
      armed: usually(),
      excluded: !usually(0.9),
      preference: usually(0.5) ? upTo(3) : null,
      phase: usually() ? "live" : "logged-out",
      ordersLive: usually(),
      tokenEndsAt: usually() ? now + upTo(3_600_000) : null,
      knowsInstrument: usually(),
      funds: usually(0.9) ? paise(upTo(20_000_000)) : null,
      margin: usually(0.8)
        ? { _tag: "Known", amount: paise(upTo(15_000_000)), source: "model" }
        : { _tag: "Unknown", reason: "nobody said" },
      charges: usually() ? rupees(upTo(60)) : null,
      room: upTo(9),
      waiting: upTo(4),
      failures: upTo(3),
      resting: usually() ? [] : ["orders"]
    }))
}

const someOrder = (random: Random.Random, among: ReadonlyArray<AccountCandidate>): RoutedOrder => ({
  ...entry,
  kind: Random.chance(random, 0.8) ? "place" : "change",
  reduces: Random.chance(random, 0.4),
  holder: Random.chance(random, 0.5) ? among[Random.integer(random, among.length)]?.account : undefined,
  calls: 1 + Random.integer(random, 4)
})

const shuffled = <A>(random: Random.Random, all: ReadonlyArray<A>): ReadonlyArray<A> =>
  all.map((each) => ({ each, at: Random.uniform(random) })).toSorted((a, b) => a.at - b.at).map(({ each }) => each)

describe("whatever the accounts are like", () => {
  it.prop("no account is picked that is out by itself, and every account is accounted for", [Seed], ([seed]) => {
    const random = Random.fromSeed(seed)
    const all = someCandidates(random)
    const order = someOrder(random, all)
    const route = routeOrder(order, all, now)
    assert.deepStrictEqual(route.table.map(({ account }) => account).toSorted(), all.map(({ account }) => account))
    assert.strictEqual(route.table.filter(({ verdict }) => verdict === "taken").length, route._tag === "Routed" ? 1 : 0)
    for (const each of all) {
      const alone = routeOrder(order, [each], now)
      const row = rowOf(route, each.account)
      assert.strictEqual(row?.verdict === "excluded", alone._tag === "Refused")
      if (row?.verdict !== "taken") assert.isAbove(row?.reasons.length ?? 0, 0)
    }
  }, runs)

  it.prop("an exit, a change and what enlarges go to the holder or nowhere", [Seed], ([seed]) => {
    const random = Random.fromSeed(seed)
    const all = someCandidates(random)
    const order = someOrder(random, all)
    const picked = pick(routeOrder(order, all, now))
    if (order.holder !== undefined) assert.include([order.holder, undefined], picked)
    else if (order.reduces || order.kind === "change") assert.isUndefined(picked)
  }, runs)

  it.prop("more money never turns an account away", [Seed], ([seed]) => {
    const random = Random.fromSeed(seed)
    const all = someCandidates(random)
    const order = someOrder(random, all)
    const more = Random.integer(random, 50_000_000)
    const before = routeOrder(order, all, now)
    const after = routeOrder(
      order,
      all.map((each) => each.funds === null ? each : { ...each, funds: paise(each.funds + more) }),
      now
    )
    for (const { account, verdict } of before.table) {
      if (verdict !== "excluded") assert.notStrictEqual(rowOf(after, account)?.verdict, "excluded")
    }
    if (before._tag === "Routed") assert.strictEqual(after._tag, "Routed")
  }, runs)

  it.prop("the order in which they are listed changes nothing", [Seed], ([seed]) => {
    const random = Random.fromSeed(seed)
    const all = someCandidates(random)
    const order = someOrder(random, all)
    assert.deepStrictEqual(routeOrder(order, shuffled(random, all), now), routeOrder(order, all, now))
  }, runs)

  it.prop("who is out has no say in who is taken", [Seed], ([seed]) => {
    const random = Random.fromSeed(seed)
    const all = someCandidates(random)
    const order = someOrder(random, all)
    const route = routeOrder(order, all, now)
    const able = all.filter(({ account }) => rowOf(route, account)?.verdict !== "excluded")
    assert.strictEqual(pick(routeOrder(order, able, now)), pick(route))
  }, runs)
})
