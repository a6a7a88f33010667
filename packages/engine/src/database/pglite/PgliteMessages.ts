/** What travels between the engine's thread and the thread that PGlite runs in. */

export interface PgliteStart {
  /** Folder of the database; `undefined` keeps it in memory. */
  readonly directory: string | undefined
}

export type ToPglite =
  | { readonly _tag: "Data"; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly _tag: "Close"; readonly connection: number }
  /** Answers `Stopped` after everything before it and a checkpoint. */
  | { readonly _tag: "Stop" }

export type FromPglite =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Failed"; readonly reason: string }
  | { readonly _tag: "Data"; readonly connection: number; readonly bytes: Uint8Array }
  /** One `Data` message has been worked off. */
  | { readonly _tag: "Taken"; readonly connection: number }
  | { readonly _tag: "Closed"; readonly connection: number }
  | { readonly _tag: "Stopped" }
