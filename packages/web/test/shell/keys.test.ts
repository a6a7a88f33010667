import { assert, describe, it } from "vitest"
import { actOf, type KeyPress } from "../../src/shell/keys.ts"
import { best, type PaletteEntry } from "../../src/shell/paletteEntries.ts"

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  shift: false,
  alt: false,
  typing: false,
  afterG: false,
  singleKeys: true,
  ...change
})

describe("keys", () => {
  it("reach the kill switch and the palette from everywhere, also while typing", () => {
    const anywhere = { typing: true, singleKeys: false }
    assert.deepStrictEqual(actOf(press("X", { ...anywhere, ctrl: true, shift: true })), { _tag: "kill" })
    assert.deepStrictEqual(actOf(press("k", { ...anywhere, ctrl: true })), { _tag: "palette" })
  })
  it("are letters while typing, and nothing when single keys are off", () => {
    assert.isUndefined(actOf(press("b", { typing: true })))
    assert.isUndefined(actOf(press("b", { singleKeys: false })))
    assert.deepStrictEqual(actOf(press("b")), { _tag: "ticket", side: "buy" })
  })
  it("mean pages after G", () => {
    assert.deepStrictEqual(actOf(press("g")), { _tag: "prefix" })
    assert.deepStrictEqual(actOf(press("s", { afterG: true })), { _tag: "go", path: "/strategies" })
    assert.isUndefined(actOf(press("z", { afterG: true })))
  })
  it("leave the browser's own shortcuts alone", () => {
    assert.isUndefined(actOf(press("s", { ctrl: true })))
    assert.isUndefined(actOf(press("t", { ctrl: true, shift: true })))
    assert.isUndefined(actOf(press("d", { alt: true })))
  })
})

describe("the palette", () => {
  const entry = (title: string, words = "", kind = "chart"): PaletteEntry => ({
    id: title,
    title,
    words,
    kind,
    run: () => {}
  })
  const entries = [
    entry("Orders", "", "page"),
    entry("HDFCBANK"),
    entry("NIFTY BANK"),
    entry("NIFTY 01 DEC 24500 CE"),
    entry("BANK")
  ]
  const titles = (text: string): ReadonlyArray<string> => best(entries, text, 3).map((one) => one.title)
  it("puts the best first", () => {
    assert.deepStrictEqual(titles("bank"), ["BANK", "NIFTY BANK", "HDFCBANK"])
  })
  it("wants every word, in any order", () => {
    assert.deepStrictEqual(titles("24500 nifty"), ["NIFTY 01 DEC 24500 CE"])
    assert.deepStrictEqual(titles("nifty zzz"), [])
  })
  it("shows the first ones for nothing", () => {
    assert.deepStrictEqual(titles(""), ["Orders", "HDFCBANK", "NIFTY BANK"])
  })
})
