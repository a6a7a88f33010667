/**
 * `GET /brokers/callback`: where a broker sends the browser back to after a login. The request comes from the broker's site, so
 * it has no cookie of ours; the `state` that began the login, random and good once, is what it is known by.
 */
import { Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const page = (title: string, text: string, status: number) =>
  HttpServerResponse.text(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>` +
      `<body style="font-family:system-ui;padding:3rem;max-width:40rem"><h1>${title}</h1><p>${text}</p>` +
      `<p><a href="/brokers">To the terminal</a></p></body></html>`,
    { status, contentType: "text/html; charset=utf-8", headers: { "cache-control": "no-store" } }
  )

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const callback = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const brokers = yield* Brokers
  return yield* brokers.finishLogin(new URL(request.url, "http://localhost").href).pipe(
    Effect.map((account) => page("Logged in", `${escaped(account)} is logged in. You may close this window.`, 200)),
    Effect.catch(({ reason, remedy }) => Effect.succeed(page("Not logged in", escaped(`${reason}. ${remedy}.`), 400)))
  )
})

export const layer = HttpRouter.add("GET", "/brokers/callback", callback)
