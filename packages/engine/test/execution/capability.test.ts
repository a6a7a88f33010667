/** Real money is a capability: what is shown here is shown by the type checker, which reads this file with `check`. */
import { assert, describe, it } from "@effect/vitest"
import { LiveOrderPort } from "../../src/execution/LiveOrderPort.ts"
import type { LiveTrading } from "../../src/execution/OrderDispatcher.ts"
import * as feedSession from "../../src/session/feedSession.ts"

describe("live orders", () => {
  it("cannot be given to a session on paper", () => {
    const paper = (options: Omit<feedSession.FeedSessionOptions, "begin" | "live">, live: LiveTrading) =>
      // @ts-expect-error: a session on paper takes no way to a broker
      feedSession.layer({ ...options, begin: { mode: "paper", seed: 1 }, live })
    const demo = (options: Omit<feedSession.FeedSessionOptions, "begin" | "live">, live: LiveTrading) =>
      // @ts-expect-error: neither does the demo
      feedSession.layer({ ...options, begin: { mode: "demo", seed: 1 }, live })
    const withoutPorts = (options: Omit<feedSession.FeedSessionOptions, "begin" | "live">) =>
      // @ts-expect-error: and a live session cannot be without one
      feedSession.layer({ ...options, begin: { mode: "live", seed: 1 } })
    assert.isFunction(paper)
    assert.isFunction(demo)
    assert.isFunction(withoutPorts)
  })

  it("cannot be sent by something that only looks like a port, and nobody else can make one", () => {
    const forge = (real: LiveOrderPort): LiveOrderPort => // @ts-expect-error: it lacks what only the class itself can put there
    ({ actor: real.actor, account: real.account, rows: real.rows, place: real.place, modify: real.modify })
    const make = (real: LiveOrderPort): LiveOrderPort =>
      // @ts-expect-error: the constructor is private to the live layer
      new LiveOrderPort(real.actor)
    assert.isFunction(forge)
    assert.isFunction(make)
  })
})
