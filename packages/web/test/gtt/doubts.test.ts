import { assert, it } from "vitest"
import { addDoubt, dismissDoubt, doubts } from "../../src/gtt/doubts.ts"

it("doubts stay until somebody has looked at each", () => {
  const [one, other] = [{ account: "a", text: "same" }, { account: "a", text: "same" }]
  addDoubt(one)
  addDoubt(other)
  dismissDoubt(one)
  assert.lengthOf(doubts(), 1)
  assert.strictEqual(doubts()[0], other)
  dismissDoubt(other)
  assert.deepStrictEqual(doubts(), [])
})
