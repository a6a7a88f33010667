import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { binaries, node, root, run, say, SetupFailed } from "./command.ts"

const web = join(root, "packages", "web")
const dist = join(web, "dist")
const stamp = join(dist, ".sources")
/** What ends up in the bundle. */
const sources = [
  web,
  join(root, "packages", "rpc", "src", "contract"),
  join(root, "packages", "rpc", "src", "client"),
  join(root, "packages", "core", "src"),
  join(root, "bun.lock")
]
const ignored = new Set(["node_modules", "dist", "test"])

const addFile = (hash: ReturnType<typeof createHash>, path: string): void => {
  hash.update(relative(root, path)).update("\0").update(readFileSync(path)).update("\0")
}

const addFolder = (hash: ReturnType<typeof createHash>, folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !ignored.has(entry.name)) addFolder(hash, path)
    else if (entry.isFile()) addFile(hash, path)
  }
}

const hashOfSources = (): string => {
  const hash = createHash("sha256")
  for (const source of sources) {
    if (!existsSync(source)) continue
    if (source.endsWith(".lock")) addFile(hash, source)
    else addFolder(hash, source)
  }
  return hash.digest("hex")
}

/** Builds the terminal with Vite when its sources changed since the last build. */
export const ensureWeb = async (): Promise<void> => {
  if (!existsSync(join(web, "index.html"))) {
    say("packages/web has no index.html: nothing to build")
    return
  }
  const hash = hashOfSources()
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return
  say("building the web terminal")
  const code = await run(node, [join(binaries, "vite"), "build", "--logLevel", "warn"], { cwd: web, aside: true })
  if (code !== 0) throw new SetupFailed(`the web build failed with code ${code}; its messages are above`)
  writeFileSync(stamp, hash)
}
