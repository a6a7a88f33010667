/**
 * `npx --yes bun run test [vitest arguments]`: installs, provides the PostgreSQL server and the browser that the chosen
 * tests ask for, builds the terminal, runs Vitest and ends with its exit code.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { ensureChromium } from "./provision/chromium.ts"
import { binaries, main, node, root, run, say } from "./provision/command.ts"
import { ensureDependencies } from "./provision/dependencies.ts"
import { startPostgres } from "./provision/postgres.ts"
import { ensureWeb } from "./provision/web.ts"

/** Folders that hold tests, relative to the repository. */
const testFolders = (): ReadonlyArray<string> =>
  [
    ...readdirSync(join(root, "packages")).map((name) => join("packages", name, "test")),
    "tests"
  ].filter((folder) => existsSync(join(root, folder)))

/** Of these folders, the ones that the given path filters select; all of them without a filter. */
const selected = (filters: ReadonlyArray<string>): ReadonlyArray<string> => {
  const all = testFolders()
  const paths = filters.map((filter) => filter.replace(/^\.\//, ""))
  const some = all.filter((folder) => paths.some((path) => path.startsWith(folder) || folder.startsWith(path)))
  // A filter may also be a part of a file's name, which says nothing about its folder.
  return some.length === 0 ? all : some
}

const mentions = (folder: string, name: string): boolean =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .some((file) => readFileSync(join(root, folder, file), "utf8").includes(name))

await main(async () => {
  const given = process.argv.slice(2)
  const own = new Set(["--without-postgres", "--without-chromium"])
  const forwarded = given.filter((argument) => !own.has(argument))
  const folders = selected(forwarded.filter((argument) => !argument.startsWith("-")))
  const needs = (name: string): boolean => folders.some((folder) => mentions(folder, name))

  await ensureDependencies()
  const env: Record<string, string> = {}
  if (needs("KEEPGAINING_TEST_CHROMIUM") && !given.includes("--without-chromium")) {
    env["KEEPGAINING_TEST_CHROMIUM"] = await ensureChromium()
    say(`browser: ${env["KEEPGAINING_TEST_CHROMIUM"]}`)
  }
  if (folders.some((folder) => /^(tests|packages.(rpc|web))/.test(folder))) await ensureWeb()

  const postgres = needs("KEEPGAINING_TEST_POSTGRES") && !given.includes("--without-postgres")
    ? await startPostgres()
    : undefined
  if (postgres !== undefined) env["KEEPGAINING_TEST_POSTGRES"] = postgres.url
  try {
    return await run(node, [join(binaries, "vitest"), "run", ...forwarded], { env })
  } finally {
    postgres?.stop()
  }
})
