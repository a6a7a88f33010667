import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"

const source = join(import.meta.dirname, "..", "..", "src")
const css = readFileSync(join(source, "styles", "tokens.css"), "utf8")

/** The six-digit colours of the rule whose selector is given, with or without others beside it. */
const tokens = (selector: string): Readonly<Record<string, string>> => {
  for (const [, selectors = "", body = ""] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const last = selectors.replaceAll(/\/\*[\s\S]*?\*\//g, "").trim().split(",").at(-1)?.trim()
    if (last !== selector) continue
    return Object.fromEntries(
      [...body.matchAll(/--([\w-]+):\s*(#[\da-f]{6})/g)].map(([, name, value]) => [name, value])
    )
  }
  throw new Error(`no rule ${selector}`)
}

const luminance = (colour: string): number => {
  const channel = (place: number): number => {
    const value = Number.parseInt(colour.slice(place, place + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/** Contrast of WCAG 2.2, 1 to 21. */
const contrast = (a: string, b: string): number => {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

const dark = tokens(`:root[data-theme="dark"]`)
const light = tokens(`:root[data-theme="light"]`)
const themes = {
  dark,
  light,
  "dark, blue and orange": { ...dark, ...tokens(`:root[data-palette="blue-orange"]`) },
  "light, blue and orange": { ...light, ...tokens(`:root[data-theme="light"][data-palette="blue-orange"]`) }
}

describe.each(Object.entries(themes))("colours of %s", (_name, theme) => {
  const of = (name: string): string => {
    const value = theme[name]
    if (value === undefined) throw new Error(`no token --${name}`)
    return value
  }
  it("can be read on every surface", () => {
    for (const surface of ["bg", "s1", "s2", "selected"]) {
      for (const text of ["ink", "ink2", "up", "down", "accent", "warn"]) {
        assert.isAtLeast(contrast(of(text), of(surface)), 4.5, `${text} on ${surface}`)
      }
    }
    for (const surface of ["bg", "s1", "s2"]) {
      assert.isAtLeast(contrast(of("ink3"), of(surface)), 4.5, `ink3 on ${surface}`)
      assert.isAtLeast(contrast(of("line-strong"), of(surface)), 3, `line-strong on ${surface}`)
    }
    assert.isAtLeast(contrast(of("paper"), of("hatch")), 4.5)
    assert.isAtLeast(contrast("#ffffff", of("live")), 4.5)
    assert.isAtLeast(contrast("#ffffff", of("accent-fill")), 4.5)
    for (const flash of ["flash-up", "flash-down"]) assert.isAtLeast(contrast(of("ink"), of(flash)), 4.5, flash)
  })
})

describe("sources", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  it("never use the font shorthand, which would reset the tabular digits", () => {
    for (const file of files.filter((name) => name.endsWith(".css"))) {
      assert.notMatch(readFileSync(join(source, file), "utf8"), /[\s;{]font\s*:/, file)
    }
  })
  it("import icons one by one", () => {
    for (const file of files.filter((name) => /\.tsx?$/.test(name))) {
      assert.notMatch(readFileSync(join(source, file), "utf8"), /from "lucide-solid"/, file)
    }
  })
})
