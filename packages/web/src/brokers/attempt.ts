import { type Terminal } from "../state/Terminal.ts"

/** What was refused, and what to do, of anything that a call can fail with. */
export const refusalOf = (failure: unknown): { readonly reason: string; readonly remedy: string | undefined } => {
  const { message, reason, remedy } = {
    message: String(failure),
    reason: undefined,
    remedy: undefined,
    ...(failure as object)
  }
  return { reason: reason ?? message, remedy }
}

/** Runs a call about an account and shows a notice when it was refused; answers whether it was done. */
export const attempt = async (terminal: Terminal, what: string, run: () => Promise<unknown>): Promise<boolean> => {
  try {
    await run()
    return true
  } catch (failure) {
    const { reason, remedy } = refusalOf(failure)
    terminal.notices.show("refusal", `${what}: ${reason}`, remedy)
    return false
  }
}
