import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { capture, node, root, run, say, SetupFailed } from "./command.ts"

const stamp = join(root, "node_modules", ".keepgaining-installed")

const wanted = (): string => {
  const hash = createHash("sha256")
  for (const file of ["bun.lock", "bunfig.toml", "package.json"]) hash.update(readFileSync(join(root, file)))
  for (const name of readdirSync(join(root, "packages")).toSorted()) {
    const manifest = join(root, "packages", name, "package.json")
    if (existsSync(manifest)) hash.update(name).update(readFileSync(manifest))
  }
  return hash.digest("hex")
}

/** Installs what `bun.lock` says, unless exactly that is installed already; a second call costs a few ms. */
export const ensureDependencies = async (): Promise<void> => {
  const hash = wanted()
  const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === hash
  if (!installed) {
    say("installing dependencies (bun install --frozen-lockfile)")
    const bun = process.versions["bun"] === undefined ? "bun" : process.execPath
    const code = await run(bun, ["install", "--frozen-lockfile"], { aside: true })
    if (code !== 0) {
      throw new SetupFailed(
        `bun install failed with code ${code}. It needs the npm registry; if package.json was changed, run ` +
          `\`npx --yes bun install\` to bring bun.lock up to date, then try again.`
      )
    }
  }
  await ensureNode()
  if (!installed) writeFileSync(stamp, hash)
}

/** The npm package `node` fetches the binary for this machine in its install script, which an installer may skip. */
const ensureNode = async (): Promise<void> => {
  if (capture(node, ["--version"]).ok) return
  say("fetching the pinned Node")
  await run("node", ["installArchSpecificPackage.js"], { cwd: join(root, "node_modules", "node"), aside: true })
  const check = capture(node, ["--version"])
  if (!check.ok) {
    throw new SetupFailed(
      `${node} does not run (${check.output}). Remove node_modules and run the command again; the npm package "node" ` +
        `must be able to fetch its binary for ${process.platform}-${process.arch}.`
    )
  }
}
