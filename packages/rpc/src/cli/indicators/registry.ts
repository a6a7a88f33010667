import * as Effect from "effect/Effect"

/** All indicators: a hundred modules, loaded when a command asks for them and not at every start of the program. */
export const registry = Effect.promise(() => import("@keepgaining/core/indicators/Indicators.ts"))
