/** Asks the desktop to show a page. Where there is no desktop nothing happens. */
import { spawn } from "node:child_process"

export const openBrowser = (url: string): void => {
  const [command, ...args] = process.platform === "darwin"
    ? ["open", url] as const
    : process.platform === "win32"
    ? ["cmd", "/c", "start", "", url] as const
    : ["xdg-open", url] as const
  const child = spawn(command, args, { detached: true, stdio: "ignore" })
  child.on("error", () => {})
  child.unref()
}
