/** A line on a terminal that shows how far a long piece of work is; silent when stderr is no terminal. */
import * as Effect from "effect/Effect"

const WIDTH = 30

export const progressBar = (what: string) => {
  let shown = -1
  const show = (done: number, total: number): void => {
    if (!process.stderr.isTTY || total <= 0) return
    const percent = Math.min(100, Math.floor(done * 100 / total))
    if (percent === shown) return
    shown = percent
    const filled = Math.round(percent * WIDTH / 100)
    process.stderr.write(`\r${what} ${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${percent} % `)
  }
  const clear = Effect.sync(() => {
    if (shown >= 0) process.stderr.write("\r\u001b[K")
  })
  return { show, clear }
}
