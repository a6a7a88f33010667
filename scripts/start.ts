/**
 * `npx --yes bun run start`: from a fresh clone to the running terminal. Installs, builds what changed, then hands over
 * to the program; extra arguments go to `keepgaining serve`.
 */
import { join } from "node:path"
import { main, node, root, run } from "./provision/command.ts"
import { ensureDependencies } from "./provision/dependencies.ts"
import { ensureWeb } from "./provision/web.ts"

await main(async () => {
  await ensureDependencies()
  await ensureWeb()
  const program = join(root, "packages", "rpc", "src", "cli", "main.ts")
  const given = process.argv.slice(2)
  const profile = given.some((argument) => argument.startsWith("--profile")) ? [] : ["--profile", "demo"]
  const open = given.includes("--no-open") || given.includes("--open") ? [] : ["--open"]
  return await run(node, [program, "serve", ...profile, ...open, ...given])
})
