import { assert, describe, it } from "vitest"
import { aged, offlineMillis, stallMillis } from "../../src/link/LinkState.ts"

describe("a connection that ages", () => {
  it("stalls when nothing comes, and lives again when something does", () => {
    assert.strictEqual(aged({ _tag: "live" }, 10_000, 10_000 - stallMillis, 0)._tag, "live")
    assert.strictEqual(aged({ _tag: "live" }, 10_001, 10_000 - stallMillis, 0)._tag, "stalled")
    assert.strictEqual(aged({ _tag: "stalled" }, 10_000, 9_900, 0)._tag, "live")
  })
  it("is offline after a minute without a server", () => {
    const state = { _tag: "reconnecting", attempt: 7 } as const
    assert.strictEqual(aged(state, offlineMillis, 0, 0)._tag, "reconnecting")
    assert.deepStrictEqual(aged(state, offlineMillis + 1, 0, 0), { _tag: "offline", attempt: 7 })
  })
  it("stays where it is in the states that only the server changes", () => {
    const state = { _tag: "login", message: "" } as const
    assert.strictEqual(aged(state, 1e9, 0, 0), state)
  })
})
