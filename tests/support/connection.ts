/** A client that watches an engine through all its restarts: it keeps every event and can be asked anything. */
import { type Client, connect } from "@keepgaining/rpc/client/Client.ts"
import type { Health, ReplayControl, ReplayState } from "@keepgaining/rpc/contract/System.ts"
import type { Event } from "@keepgaining/rpc/contract/Trading.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { answer } from "./commandLine.ts"

export interface Watching {
  readonly client: Client
  /** In the order in which they came. */
  readonly events: ReadonlyArray<Event>
  readonly health: () => Promise<Health>
  readonly replay: () => Promise<ReplayState>
  readonly control: (control: typeof ReplayControl.Type) => Promise<ReplayState>
  readonly close: () => Promise<void>
}

/** Makes a token for programs; the server need not run. */
export const tokenFor = async (data: string): Promise<string> => {
  const { secret } = await answer(["tokens", "create", "--name", "proof", "--scope", "admin", "--data", data, "--json"])
  if (typeof secret !== "string") throw new Error("no token was made")
  return secret
}

export const watch = async (url: string, token: string): Promise<Watching> => {
  const scope = Effect.runSync(Scope.make())
  const client = await Effect.runPromise(Scope.provide(connect({ url, token, connectTimeout: "60 seconds" }), scope))
  const events: Array<Event> = []
  const reading = Stream.runForEach(client.events(0), (event) => Effect.sync(() => void events.push(event)))
  Effect.runSync(Scope.provide(Effect.forkScoped(reading), scope))
  const newest = <A, E>(stream: Stream.Stream<A, E>): Promise<A> =>
    Effect.runPromise(Effect.flatMap(Stream.runHead(stream), Effect.fromOption))
  return {
    client,
    events,
    health: () => newest(client.follow((rpc) => rpc.Health())),
    replay: () => newest(client.follow((rpc) => rpc.Replay())),
    control: (control) => Effect.runPromise(client.ask((rpc) => rpc.ControlReplay({ control }))),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
