/** What `serve` says once it runs: where it is, how to come in, and what kind of money and market it has. */
import { Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import type { Session } from "@keepgaining/engine/session/Session.ts"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Server from "../../server/Server.ts"
import { reported } from "../command/CommandFailure.ts"
import { openBrowser } from "../command/openBrowser.ts"
import type { ServeInput } from "./ServeInput.ts"
import type { Market } from "./sessionChoice.ts"

const moneyWords: Readonly<Record<Session["Service"]["mode"], string>> = {
  demo: "all orders are paper orders",
  paper: "all orders are paper orders",
  replay: "all orders are paper orders",
  sim: "live orders go to the simulated brokers, once an account is armed",
  live: "LIVE ORDERS go to the brokers through every account that is armed for the day"
}

const marketWords = (market: Market, session: Session["Service"], accounts: ReadonlyArray<string>): string => {
  switch (market) {
    case "replay":
      return `replay of ${session.replay?.status().log}; all orders are paper orders`
    case "generated":
      return "generated market (no broker is connected); all orders are paper orders"
    case "brokers":
      return `${session.mode === "sim" ? "simulated brokers" : "brokers' feeds"}: ${accounts.join(", ")}; ` +
        moneyWords[session.mode]
  }
}

export const greet = Effect.fnUntraced(function*(input: ServeInput, session: Session["Service"], market: Market) {
  const address = yield* Server.ServerAddress
  const accounts = (yield* Brokers).actors().map(({ record }) => record.id)
  const link = Redacted.value(yield* reported(address.loginLink))
  const ownerKey = address.ownerKey === undefined ? undefined : Redacted.value(address.ownerKey)
  if (input.json) {
    const { bootId, mode } = session
    yield* Console.log(
      JSON.stringify({ url: address.url, port: address.port, loginLink: link, ownerKey, mode, bootId, accounts })
    )
    return
  }
  yield* Console.log([
    `KeepGaining is at ${address.url}`,
    `  log in        ${link}  (once, within ten minutes; \`keepgaining login\` prints another)`,
    ...(ownerKey === undefined ? [] : [`  owner's key   ${ownerKey}  (shown only now: keep it)`]),
    `  market        ${marketWords(market, session, accounts)}`,
    `  data          ${input.data}`,
    "  Ctrl-C stops it; a restart goes on where it was."
  ].join("\n"))
  if (input.open && process.stdout.isTTY) openBrowser(link)
})
