/** Kills an engine at seeded moments and starts it again on what it left. */
import * as Random from "@keepgaining/core/random/Random.ts"
import { type Environment, start } from "./commandLine.ts"
import { pause } from "./orderByHand.ts"
import { serve, type Served } from "./served.ts"

/** How many kills a test makes, and the seed of their moments: for longer runs than the usual ones. */
export const kills = Number(process.env["KEEPGAINING_TEST_KILLS"] ?? 8)
export const seed = Number(process.env["KEEPGAINING_TEST_SEED"] ?? 1)

/** The engine after that many kills. Some of them hit it while it is starting: recovering, migrating, opening files. */
export const killAndRestart = async (
  first: Served,
  args: ReadonlyArray<string>,
  env: Environment,
  random: Random.Random
): Promise<Served> => {
  let served = first
  for (let kill = 1; kill <= kills; kill++) {
    await pause(100 + Random.integer(random, 900))
    await served.kill()
    if (Random.chance(random, 0.25)) {
      const starting = start(["serve", "--json", "--masters", "none", ...args], env)
      const gone = new Promise((resolve) => starting.once("close", resolve))
      await pause(300 + Random.integer(random, 1_200))
      starting.kill("SIGKILL")
      await gone
    }
    served = await serve(args, env)
  }
  return served
}
