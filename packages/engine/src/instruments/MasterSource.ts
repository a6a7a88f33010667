/** Where masters come from: the brokers' servers, or files that somebody downloaded. */
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import { createGunzip } from "node:zlib"
import { MasterBroker } from "./master/MasterEntry.ts"

/** A file of a master that could not be fetched whole. */
export class MasterUnavailable extends Schema.TaggedError<MasterUnavailable>()("MasterUnavailable", {
  broker: MasterBroker,
  /** Address or path of the file. */
  file: Schema.String,
  reason: Schema.String,
  /** Whether asking again may help. */
  transient: Schema.Boolean
}) {
  override get message(): string {
    return `the instrument master of ${this.broker} cannot be fetched from ${this.file}: ${this.reason}`
  }
}

export class MasterSource extends Context.Service<MasterSource, {
  /** The files that together are the master, in order; `published` are those that the broker's server has. */
  readonly files: (published: ReadonlyArray<string>) => ReadonlyArray<string>
  /** The contents of a file of the master, decompressed. */
  readonly open: (broker: MasterBroker, file: string) => Stream.Stream<Uint8Array, MasterUnavailable>
}>()("@keepgaining/engine/instruments/MasterSource") {}

const words = (cause: unknown): string => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  if (code === "Z_BUF_ERROR") return "the gzip data ends too early: the file is cut off"
  if (code.startsWith("Z_")) return "the gzip data is damaged"
  if (code === "ENOENT") return "there is no such file"
  return cause instanceof Error ? cause.message : String(cause)
}

/** First byte of gzip data; no text begins with it. */
const GZIP = 0x1f

/**
 * Decompressed where it is gzip, which the data says, not the name: a client may have undone a transport encoding already,
 * and a server may apply one to what is compressed.
 */
const decompressed = (
  contents: Stream.Stream<Uint8Array, MasterUnavailable>,
  broker: MasterBroker,
  file: string
): Stream.Stream<Uint8Array, MasterUnavailable> =>
  Stream.unwrap(Effect.gen(function*() {
    const pull = yield* Stream.toPull(contents)
    const first = yield* Effect.exit(pull)
    // The end or an error: pulled once more, it must not ask the server again.
    if (Exit.isFailure(first)) return Stream.fromPull(Effect.succeed(first))
    const whole = Stream.concat(Stream.fromArray(first.value), Stream.fromPull(Effect.succeed(pull)))
    if (first.value[0][0] !== GZIP) return whole
    return whole.pipe(NodeStream.pipeThroughDuplex({
      evaluate: () => createGunzip({ chunkSize: 256 * 1024 }),
      onError: (cause) => new MasterUnavailable({ broker, file, reason: words(cause), transient: true })
    }))
  }))

/** What was wrong on the way, down to the system's own words. */
const wayWords = (error: unknown): string => {
  const said: Array<string> = []
  for (let at = error; at instanceof Error && said.length < 5; at = at.cause) {
    if (at.message !== "" && !said.includes(at.message)) said.push(at.message)
  }
  return said.join(": ")
}

/** Base addresses without a path, by broker. */
export type MasterAddresses = Readonly<Record<MasterBroker, string>>

/** `UPSTOX_INSTRUMENTS_URL` and its like; the defaults are the addresses that the brokers document. */
export const addresses: Config.Config<MasterAddresses> = Config.all({
  upstox: Config.String("UPSTOX_INSTRUMENTS_URL").pipe(Config.withDefault("https://assets.upstox.com")),
  kite: Config.String("KITE_INSTRUMENTS_URL").pipe(Config.withDefault("https://api.kite.trade")),
  angel: Config.String("ANGEL_INSTRUMENTS_URL").pipe(Config.withDefault("https://margincalculator.angelone.in")),
  fyers: Config.String("FYERS_INSTRUMENTS_URL").pipe(Config.withDefault("https://public.fyers.in"))
})

/** Statuses that pass: too many requests, request timeout, and what is wrong with the server for now. */
const passing = (status: number): boolean => status === 429 || status === 408 || status >= 500

export const layerHttp = (bases: MasterAddresses): Layer.Layer<MasterSource, never, HttpClient.HttpClient> =>
  Layer.effect(
    MasterSource,
    Effect.map(HttpClient.HttpClient, (client) =>
      MasterSource.of({
        files: (published) => published,
        open: (broker, path) => {
          const file = `${bases[broker].replace(/\/$/, "")}${path}`
          const unavailable = (reason: string, transient: boolean) =>
            new MasterUnavailable({ broker, file, reason, transient })
          const contents = Stream.unwrap(
            client.execute(HttpClientRequest.get(file)).pipe(
              Effect.timeout("30 seconds"),
              Effect.mapError((error) => unavailable(wayWords(error), true)),
              Effect.flatMap((response) =>
                response.status === 200
                  ? Effect.succeed(Stream.mapError(response.stream, (error) => unavailable(wayWords(error), true)))
                  : Effect.fail(unavailable(`the server answered ${response.status}`, passing(response.status)))
              )
            )
          )
          return decompressed(contents, broker, file)
        }
      }))
  )

/** Files of one broker on this machine, plain or gzip. */
export const layerFiles = (files: ReadonlyArray<string>): Layer.Layer<MasterSource> =>
  Layer.succeed(MasterSource)(MasterSource.of({
    files: () => files,
    open: (broker, file) =>
      decompressed(
        NodeStream.fromReadable({
          evaluate: () => fs.createReadStream(file, { highWaterMark: 256 * 1024 }),
          onError: (cause) => new MasterUnavailable({ broker, file, reason: words(cause), transient: false })
        }),
        broker,
        file
      )
  }))
