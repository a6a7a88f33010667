/** What an entry of the Upstox feed holds; the number stands in `FeedBatch.mode`. The first four are `RequestMode`. */
export const UpstoxMode = { ltpc: 0, full: 1, option_greeks: 2, full_d30: 3, indexFull: 16 } as const
export type UpstoxMode = (typeof UpstoxMode)[keyof typeof UpstoxMode]

/** Modes that a client can ask for. */
export type UpstoxSubscriptionMode = "ltpc" | "full" | "option_greeks" | "full_d30"

/** `Type` of a response. */
export const UpstoxFeedType = { initial_feed: 0, live_feed: 1, market_info: 2 } as const
export type UpstoxFeedType = (typeof UpstoxFeedType)[keyof typeof UpstoxFeedType]
