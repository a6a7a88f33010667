/** The six digits of the moment (RFC 6238, 30 seconds). */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { generateSync } from "otplib"

const PERIOD_MS = 30_000
/** A code that ends sooner may be too late when it arrives, ms. */
const LEAST_LEFT_MS = 3_000

/** `secret` is base32. Waits for the next code when the present one is about to end. */
export const totpNow = (secret: Redacted.Redacted): Effect.Effect<Redacted.Redacted> =>
  Effect.gen(function*() {
    const left = PERIOD_MS - (yield* Clock.currentTimeMillis) % PERIOD_MS
    if (left < LEAST_LEFT_MS) yield* Effect.sleep(left)
    const now = yield* Clock.currentTimeMillis
    return Redacted.make(generateSync({ secret: Redacted.value(secret), epoch: Math.floor(now / 1_000) }), {
      label: "totp"
    })
  })
