/**
 * The rules that keep the parts apart, read off the import statements: dependencies go one way (core <- engine <- rpc
 * server; core <- rpc contract <- rpc client <- web), and what must be deterministic touches no clock, chance or timer.
 */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { assert, describe, it } from "vitest"

const root = join(import.meta.dirname, "..")

/** A source file by its path from the repository, with `/` on every system. */
interface Source {
  readonly path: string
  readonly text: string
  readonly imports: ReadonlyArray<Import>
}

interface Import {
  /** As written. */
  readonly specifier: string
  /** `packages/core/src/market/Money.ts` for our own modules, the bare specifier for others. */
  readonly target: string
  readonly typeOnly: boolean
}

const sources = readSources()

/** Who may import what of ours: the first row whose `from` begins the file's path decides. */
const rules: ReadonlyArray<{ readonly from: string; readonly may: ReadonlyArray<string>; readonly why: string }> = [
  { from: "packages/core/src/", may: ["packages/core/src/"], why: "core is what trading is, and depends on nothing" },
  {
    from: "packages/brokers/src/",
    may: ["packages/brokers/src/", "packages/core/src/"],
    why: "a broker adapter knows the core only"
  },
  {
    from: "packages/engine/src/",
    may: ["packages/engine/src/", "packages/brokers/src/", "packages/core/src/"],
    why: "the engine does not know how it is served"
  },
  {
    from: "packages/rpc/src/contract/",
    may: ["packages/rpc/src/contract/", "packages/core/src/"],
    why: "the contract must load in a browser"
  },
  {
    from: "packages/rpc/src/client/",
    may: ["packages/rpc/src/client/", "packages/rpc/src/contract/", "packages/core/src/"],
    why: "the client must load in a browser"
  },
  {
    from: "packages/rpc/src/server/",
    may: [
      "packages/rpc/src/server/",
      "packages/rpc/src/contract/",
      "packages/engine/src/",
      "packages/brokers/src/",
      "packages/core/src/"
    ],
    why: "the server serves the contract; it is no client"
  },
  {
    from: "packages/rpc/src/",
    may: ["packages/rpc/src/", "packages/engine/src/", "packages/brokers/src/", "packages/core/src/"],
    why: "the command line puts everything together, except the web"
  },
  {
    from: "packages/web/src/",
    may: ["packages/web/src/", "packages/rpc/src/contract/", "packages/rpc/src/client/", "packages/core/src/"],
    why: "the terminal knows the contract, not the engine"
  }
]

/** Modules of effect that are data and functions over it: importing one into the core brings in no runtime. */
const pureEffect = new Set(
  [
    "Schema",
    "SchemaGetter",
    "SchemaIssue",
    "SchemaTransformation",
    "Data",
    "Option",
    "Result",
    "Equal",
    "Hash",
    "Order",
    "Equivalence",
    "Predicate",
    "Function",
    "Brand",
    "Array",
    "Record",
    "Struct",
    "Tuple",
    "String",
    "Number",
    "BigDecimal",
    "BigInt",
    "Boolean",
    "HashMap",
    "HashSet",
    "Match",
    "Types"
  ].map((name) => `effect/${name}`)
)

/** Clock, chance and timers of the platform, which make a decision differ from one run to the next. */
const nondeterminism: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ["Date.now()", /\bDate\.now\s*\(/],
  ["new Date() of now", /\bnew Date\s*\(\s*\)/],
  ["Math.random()", /\bMath\.random\s*\(/],
  ["performance.now()", /\bperformance\.now\s*\(/],
  ["setTimeout()", /\bsetTimeout\s*\(/],
  ["setInterval()", /\bsetInterval\s*\(/],
  ["setImmediate()", /\bsetImmediate\s*\(/]
]

/** Files that may use one of them, each with the reason. Only the shell around the deterministic part qualifies. */
const allowedNondeterminism: ReadonlyArray<{ readonly path: string; readonly uses: string; readonly why: string }> = [
  {
    path: "packages/engine/src/session/SessionEngine.ts",
    uses: "performance.now()",
    why: "measures how long a decision took, for the health report; no decision sees it"
  }
]

describe("imports", () => {
  it("are found at all", () => {
    assert.isAbove(sources.length, 20)
    assert.isAbove(sources.flatMap((source) => source.imports).length, 40)
    const scanned = scan(
      "packages/core/src/a/A.ts",
      [
        `import type * as X from "./X.ts" // "no"`,
        `import {\n  type B,\n  type C\n} from "@keepgaining/core/b/B.ts"`,
        `export { D } from "../d/D.ts"`,
        `import "effect/Schema"`,
        `const lazy = import("node:fs")`,
        `// import { E } from "./E.ts"`,
        `const glob = "src/**"`,
        `import { F } from "./F.ts"`,
        `const end = "*/"`
      ].join("\n")
    )
    assert.deepStrictEqual(scanned.map((entry) => [entry.target, entry.typeOnly]), [
      ["packages/core/src/a/X.ts", true],
      ["packages/core/src/b/B.ts", true],
      ["packages/core/src/d/D.ts", false],
      ["packages/core/src/a/F.ts", false],
      ["effect/Schema", false],
      ["node:fs", false]
    ])
  })

  it("go one way between the packages", () => {
    const broken = sources.flatMap((source) => {
      const rule = rules.find((candidate) => source.path.startsWith(candidate.from))
      if (rule === undefined) return []
      // A package may read its own manifest, for its version.
      const manifest = `${packageOf(source.path)}/package.json`
      return source.imports
        .filter(({ target }) => target.startsWith("packages/") && target !== manifest)
        .filter(({ target }) => !rule.may.some((may) => target.startsWith(may)))
        .map(({ target }) => `${source.path} imports ${target}: ${rule.why}`)
    })
    assert.deepStrictEqual(broken, [])
  })

  it("name modules, not paths into another package", () => {
    const broken = sources.flatMap((source) =>
      source.imports
        .filter(({ specifier, target }) =>
          specifier.startsWith(".") && target.startsWith("packages/") && packageOf(target) !== packageOf(source.path)
        )
        .map(({ specifier }) => `${source.path} imports ${specifier}`)
    )
    assert.deepStrictEqual(broken, [])
  })

  it("bring nothing impure into the core", () => {
    const broken = sources.filter((source) => source.path.startsWith("packages/core/src/")).flatMap((source) =>
      source.imports
        .filter(({ target, typeOnly }) => !typeOnly && !target.startsWith("packages/core/") && !pureEffect.has(target))
        .map(({ target }) => `${source.path} imports ${target}`)
    )
    assert.deepStrictEqual(broken, [])
  })

  it("bring no module of Node into what a browser loads", () => {
    const browser = [
      "packages/core/src/",
      "packages/rpc/src/contract/",
      "packages/rpc/src/client/",
      "packages/web/src/"
    ]
    const broken = sources.filter((source) => browser.some((folder) => source.path.startsWith(folder))).flatMap(
      (source) =>
        source.imports
          .filter(({ target }) => target.startsWith("node:") || target.startsWith("@effect/platform-node"))
          .map(({ target }) => `${source.path} imports ${target}`)
    )
    assert.deepStrictEqual(broken, [])
  })

  it("make no cycle of modules; types may refer to each other", () => {
    assert.deepStrictEqual(
      cycles(
        new Map(sources.map((source) => [
          source.path,
          source.imports.filter((entry) => !entry.typeOnly).map((entry) => entry.target)
        ]))
      ),
      []
    )
    assert.deepStrictEqual(cycles(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a"]], ["d", ["a"]]])), [
      "a -> b -> c -> a"
    ])
  })
})

describe("folders", () => {
  it("of a package make no cycle", () => {
    const edges = new Map<string, Array<string>>()
    for (const source of sources.filter((candidate) => !candidate.path.startsWith("packages/web/"))) {
      const folder = dirname(source.path)
      const needed = edges.get(folder) ?? []
      for (const { target, typeOnly } of source.imports) {
        const other = dirname(target)
        if (!typeOnly && other !== folder && target.startsWith(`${packageOf(source.path)}/src/`)) needed.push(other)
      }
      edges.set(folder, needed)
    }
    assert.deepStrictEqual(cycles(edges), [])
  })
})

describe("determinism", () => {
  it("core and engine touch no clock, chance or timer outside the declared files", () => {
    const broken = sources
      .filter((source) => /^packages\/(core|engine)\/src\//.test(source.path))
      .flatMap((source) => {
        const code = withoutComments(source.text)
        return nondeterminism
          .filter(([name, pattern]) =>
            pattern.test(code) &&
            !allowedNondeterminism.some((allowed) => allowed.path === source.path && allowed.uses === name)
          )
          .map(([name]) => `${source.path} uses ${name}`)
      })
    assert.deepStrictEqual(broken, [])
  })

  it("every declared exception is still needed", () => {
    const stale = allowedNondeterminism.filter(({ path, uses }) => {
      const source = sources.find((candidate) => candidate.path === path)
      const pattern = nondeterminism.find(([name]) => name === uses)?.[1]
      return source === undefined || pattern === undefined || !pattern.test(withoutComments(source.text))
    })
    assert.deepStrictEqual(stale, [])
  })
})

/** `packages/core` of a path in it. */
function packageOf(path: string): string {
  return path.split("/").slice(0, 2).join("/")
}

function readSources(): ReadonlyArray<Source> {
  const found: Array<Source> = []
  for (const name of readdirSync(join(root, "packages"))) {
    const folder = join(root, "packages", name, "src")
    let files: ReadonlyArray<string>
    try {
      files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    } catch {
      continue
    }
    for (const file of files.filter((path) => /\.tsx?$/.test(path)).toSorted()) {
      const path = relative(root, join(folder, file)).split(sep).join("/")
      const text = readFileSync(join(folder, file), "utf8")
      found.push({ path, text, imports: scan(path, text) })
    }
  }
  return found
}

/** Comments become blanks; what looks like one inside a string stays. */
function withoutComments(text: string): string {
  const token = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  return text.replace(token, (_, literal: string | undefined) => literal ?? " ")
}

function scan(path: string, text: string): ReadonlyArray<Import> {
  const code = withoutComments(text)
  const found: Array<Import> = []
  const statement = /^\s*(import|export)\s+(type\s+)?([\w*{}\s,$]*?)\s*from\s*["']([^"']+)["']/gm
  for (const [, , type, names, specifier] of code.matchAll(statement)) {
    if (specifier === undefined) continue
    found.push({ specifier, target: resolve(path, specifier), typeOnly: type !== undefined || onlyTypes(names ?? "") })
  }
  for (const [, specifier] of code.matchAll(/(?:^\s*import\s*|\bimport\s*\(\s*)["']([^"']+)["']/gm)) {
    if (specifier !== undefined) found.push({ specifier, target: resolve(path, specifier), typeOnly: false })
  }
  return found
}

/** `{ type A, type B }`: erased as a whole from what a decision depends on. */
function onlyTypes(names: string): boolean {
  const inner = /^\{([^}]*)\}$/.exec(names.trim())?.[1]
  if (inner === undefined) return false
  return inner.split(",").map((name) => name.trim()).filter((name) => name !== "").every((name) =>
    name.startsWith("type ")
  )
}

function resolve(path: string, specifier: string): string {
  const own = /^@keepgaining\/(\w+)\/(.+)$/.exec(specifier)
  if (own !== null) return `packages/${own[1]}/src/${own[2]}`
  if (!specifier.startsWith(".")) return specifier
  return join(dirname(path), specifier).split(sep).join("/")
}

/** Each cycle once, as text, found depth first. */
function cycles(graph: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> {
  const found: Array<string> = []
  const done = new Set<string>()
  const trail: Array<string> = []
  const visit = (node: string): void => {
    if (done.has(node) || !graph.has(node)) return
    const start = trail.indexOf(node)
    if (start >= 0) {
      found.push([...trail.slice(start), node].join(" -> "))
      return
    }
    trail.push(node)
    for (const next of graph.get(node) ?? []) visit(next)
    trail.pop()
    done.add(node)
  }
  for (const node of graph.keys()) visit(node)
  return found
}
