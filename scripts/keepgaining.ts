/** `npx --yes bun run keepgaining ...`: the command line, installed first where that has not happened yet. */
import { join } from "node:path"
import { main, node, root, run } from "./provision/command.ts"
import { ensureDependencies } from "./provision/dependencies.ts"

await main(async () => {
  await ensureDependencies()
  const program = join(root, "packages", "rpc", "src", "cli", "main.ts")
  return await run(node, [program, ...process.argv.slice(2)], { cwd: process.cwd() })
})
