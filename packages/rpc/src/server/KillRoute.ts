/** `POST /kill {"stage": "pause" | "stop" | "flatten" | "lock"}`: the kill switch for whoever has no socket. */
import { KillStage } from "@keepgaining/core/commands/Command.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isOurOrigin, refusal, withScope } from "./HttpGuard.ts"
import { randomId } from "./Secrets.ts"
import { ServerConfig } from "./ServerConfig.ts"

const KillBody = Schema.Struct({
  stage: KillStage,
  /** The same id is the same command; one is made when it is missing. */
  commandId: Schema.optionalKey(Schema.NonEmptyString)
})

const kill = Effect.gen(function*() {
  const session = yield* Session
  const body = yield* HttpServerRequest.schemaBodyJson(KillBody).pipe(Effect.option)
  if (Option.isNone(body)) {
    return refusal(400, `The body must be JSON: { "stage": one of ${KillStage.literals.join(", ")} }.`)
  }
  const { commandId = `kill-${randomId()}`, stage } = body.value
  return yield* session.execute(commandId, { _tag: "Kill", stage }).pipe(
    Effect.map((outcome) => HttpServerResponse.jsonUnsafe(outcome, { status: outcome._tag === "Done" ? 200 : 409 })),
    Effect.catch(({ reason, remedy }) => Effect.succeed(refusal(409, `${reason} ${remedy}`)))
  )
})

export const layer = HttpRouter.add(
  "POST",
  "/kill",
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const config = yield* ServerConfig
    if (!isOurOrigin(config, request)) return refusal(403, "Requests from other sites are refused.")
    const session = yield* Session
    return yield* withScope("trade", Effect.provideService(kill, Session, session))
  })
)
