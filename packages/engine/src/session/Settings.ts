/** What can be configured of a session, with the defaults of a private trader's paper account. */
import { defaultDeskSettings } from "@keepgaining/core/desk/DeskState.ts"

export const sessionDefaults = {
  partitions: 4,
  seed: 20_260_901,
  /** Silence of the whole feed that raises an alarm, ms. */
  staleAfter: 10_000,
  desk: defaultDeskSettings
} as const
