/** `npx --yes bun run check`: types, lint, format, and the rules of the architecture. Runs all of them, then reports. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { binaries, main, node, root, run, say } from "./provision/command.ts"
import { ensureDependencies } from "./provision/dependencies.ts"

const bin = (name: string): string => join(binaries, name)

await main(async () => {
  await ensureDependencies()
  const web = join("packages", "web")
  const steps: ReadonlyArray<readonly [name: string, command: string, args: ReadonlyArray<string>]> = [
    ["types", node, [bin("tsc"), "-p", "."]],
    ...(existsSync(join(root, web, "tsconfig.json"))
      ? [["types of the web", node, [bin("tsc"), "-p", web]] as const]
      : []),
    ["lint", node, [bin("oxlint")]],
    ["format", bin("dprint"), ["check"]],
    ["architecture", node, [bin("vitest"), "run", join("tests", "architecture.test.ts")]]
  ]
  const failed: Array<string> = []
  for (const [name, command, args] of steps) {
    const start = performance.now()
    const code = await run(command, args)
    if (code !== 0) failed.push(name)
    say(`${code === 0 ? "ok    " : "FAILED"} ${name} (${((performance.now() - start) / 1_000).toFixed(1)} s)`)
  }
  if (failed.length > 0) say(`failed: ${failed.join(", ")}`)
  return failed.length === 0 ? 0 : 1
})
