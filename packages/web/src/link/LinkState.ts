/** How the terminal stands with the engine's server. */
export type LinkState =
  | { readonly _tag: "connecting" }
  | { readonly _tag: "live" }
  /** The socket is up, but nothing came for {@link stallMillis}. */
  | { readonly _tag: "stalled" }
  /** `attempt` counts from 1 since the connection was lost. */
  | { readonly _tag: "reconnecting"; readonly attempt: number }
  /** As reconnecting, for more than {@link offlineMillis}. */
  | { readonly _tag: "offline"; readonly attempt: number }
  /** The server knows no login of this browser. */
  | { readonly _tag: "login"; readonly message: string }
  /** The server speaks another version of the contract. */
  | { readonly _tag: "mismatch"; readonly message: string }

/** The server reports its health every second; three missed reports are a stall. */
export const stallMillis = 3_000
export const offlineMillis = 60_000

/** Whether what is shown is current. */
export const isLive = (state: LinkState): boolean => state._tag === "live"

/** Names the state in a few words. */
export const describeLink = (state: LinkState): string => {
  switch (state._tag) {
    case "connecting":
      return "connecting"
    case "live":
      return "connected"
    case "stalled":
      return "stalled"
    case "reconnecting":
      return `reconnecting (${state.attempt})`
    case "offline":
      return "offline"
    case "login":
      return "not logged in"
    case "mismatch":
      return "other version"
  }
}

/** What the state becomes by the mere passing of time. `lostAt` and `lastFrame` are readings of the same clock, ms. */
export const aged = (state: LinkState, now: number, lastFrame: number, lostAt: number): LinkState => {
  if (state._tag === "live" && now - lastFrame > stallMillis) return { _tag: "stalled" }
  if (state._tag === "stalled" && now - lastFrame <= stallMillis) return { _tag: "live" }
  if (state._tag === "reconnecting" && now - lostAt > offlineMillis) return { _tag: "offline", attempt: state.attempt }
  return state
}
