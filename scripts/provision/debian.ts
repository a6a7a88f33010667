import { capture, isRoot, say } from "./command.ts"

let updated = false

/** Whether this process may install Debian packages: `apt-get` exists and it is root or has sudo without a password. */
const apt = (): ReadonlyArray<string> | undefined => {
  if (!capture("apt-get", ["--version"]).ok) return undefined
  if (isRoot()) return ["apt-get"]
  return capture("sudo", ["-n", "true"]).ok ? ["sudo", "-n", "apt-get"] : undefined
}

/** Tries to install Debian packages; `false` when it may not or could not. */
export const installPackages = (packages: ReadonlyArray<string>): boolean => {
  const command = apt()
  const [program, ...prefix] = command ?? []
  if (program === undefined) return false
  const env = { DEBIAN_FRONTEND: "noninteractive" }
  if (!updated) {
    say("apt-get update")
    // A partly failed update may still list what is needed; the installation below decides.
    capture(program, [...prefix, "update", "-qq"], { env })
    updated = true
  }
  say(`apt-get install ${packages.join(" ")}`)
  const result = capture(program, [...prefix, "install", "-y", "-qq", "--no-install-recommends", ...packages], { env })
  if (!result.ok) say(result.output)
  return result.ok
}
