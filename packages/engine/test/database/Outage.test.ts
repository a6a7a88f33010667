/** What happens when the database dies, stalls or was never there. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { Database, layerConfig, layerPglite, layerPostgres } from "../../src/database/Database.ts"
import { PgliteHost } from "../../src/database/pglite/PgliteHost.ts"
import { postgresUrl, query } from "./databases.ts"

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-database-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

/** A server that takes connections and never says a word. */
const silentServer = Effect.acquireRelease(
  Effect.callback<net.Server>((resume) => {
    const server = net.createServer(() => {})
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
)

const portOf = (server: net.Server): number => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

describe("a database that is not there", () => {
  it.live("fails fast once the breaker is open, and never holds anybody up", () =>
    Effect.gen(function*() {
      const port = portOf(yield* Effect.scoped(silentServer))
      // Nobody listens there any more.
      const url = Redacted.make(`postgres://somebody:secret@127.0.0.1:${port}/trading`)
      yield* Effect.gen(function*() {
        const database = yield* Database
        const reasons = new Set<string>()
        for (let n = 0; n < 6; n++) {
          const error = yield* Effect.flip(query("select 1"))
          reasons.add(error.reason)
          assert.include(error.message, `127.0.0.1:${port}/trading`)
          assert.notInclude(error.message, "secret")
        }
        assert.deepStrictEqual(Array.from(reasons), ["unreachable", "resting"])
        assert.isFalse(yield* database.available)
        assert.isAtLeast(database.failures(), 3)
      }).pipe(Effect.provide(layerPostgres(url)))
    }))

  it.live("gives up on a server that never answers", () =>
    Effect.gen(function*() {
      const port = portOf(yield* silentServer)
      const url = Redacted.make(`postgres://somebody@127.0.0.1:${port}/trading`)
      const error = yield* Effect.flip(query("select 1")).pipe(
        Effect.provide(layerPostgres(url, { startDeadline: "100 millis", tripAfter: 1_000 }))
      )
      assert.strictEqual(error.reason, "stalled")
    }))
})

/** A way to the server that can be frozen: nothing passes then, and nobody is told. */
const freezable = (url: URL) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly server: net.Server; frozen: boolean; readonly sockets: Set<net.Socket> }>((resume) => {
      const sockets = new Set<net.Socket>()
      const proxy = { server: net.createServer(), frozen: false, sockets }
      const pass = (from: net.Socket, to: net.Socket): void => {
        sockets.add(from)
        from.on("data", (chunk) => {
          if (!proxy.frozen) to.write(chunk)
        })
        from.on("error", () => {})
        from.on("close", () => to.destroy())
      }
      proxy.server.on("connection", (client) => {
        const upstream = net.connect(Number(url.port), url.hostname)
        pass(client, upstream)
        pass(upstream, client)
      })
      proxy.server.listen(0, "127.0.0.1", () => resume(Effect.succeed(proxy)))
    }),
    ({ server, sockets }) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )

describe.skipIf(postgresUrl === undefined)(
  "a PostgreSQL server that freezes (skipped when KEEPGAINING_TEST_POSTGRES holds no URL)",
  () => {
    const url = new URL(postgresUrl ?? "postgres://127.0.0.1:5432/none")

    const viaProxy = (proxy: { readonly server: net.Server }) => {
      const through = new URL(url)
      through.hostname = "127.0.0.1"
      through.port = String(portOf(proxy.server))
      return layerPostgres(Redacted.make(through.href), { deadline: "300 millis", tripAfter: 2 })
    }

    it.live("fails calls in time while it is frozen, and is used again afterwards", () =>
      Effect.gen(function*() {
        const proxy = yield* freezable(url)
        yield* Effect.gen(function*() {
          const database = yield* Database
          yield* query("select 1 as n")
          proxy.frozen = true
          const reasons = new Set<string>()
          for (let n = 0; n < 4; n++) reasons.add((yield* Effect.flip(query("select 1"))).reason)
          assert.deepStrictEqual(Array.from(reasons), ["stalled", "resting"])
          assert.isFalse(yield* database.available)
          proxy.frozen = false
          // What was swallowed meanwhile never comes; the connections that waited for it are given up.
          for (const socket of proxy.sockets) socket.destroy()
          const rows = yield* Effect.retry(query<{ n: number }>("select 1 as n"), {
            schedule: Schedule.spaced("100 millis"),
            times: 100
          })
          assert.deepStrictEqual(rows, [{ n: 1 }])
          assert.isTrue(yield* database.available)
        }).pipe(Effect.provide(viaProxy(proxy)))
      }))

    it.live("can be left behind while it is frozen", () =>
      Effect.gen(function*() {
        const proxy = yield* freezable(url)
        yield* Effect.gen(function*() {
          yield* query("select 1 as n")
          proxy.frozen = true
          assert.strictEqual((yield* Effect.flip(query("select 1"))).reason, "stalled")
        }).pipe(Effect.provide(viaProxy(proxy)))
      }))
  }
)

describe("PGlite in a folder", () => {
  it.live("keeps what was committed when its thread is killed, and starts again by itself", () =>
    Effect.gen(function*() {
      const folder = path.join(yield* temporaryFolder, "sql")
      // `kill` is what the layer does with a thread that does not answer.
      yield* Effect.gen(function*() {
        yield* query("insert into settings (key, value) values ('kept', '1')")
        const stalled = yield* Effect.flip(query("select count(*) from generate_series(1, 1000000000) as n"))
        assert.strictEqual(stalled.reason, "stalled")
        const [row] = yield* Effect.retry(query<{ key: string }>("select key from settings"), { times: 20 })
        assert.strictEqual(row?.key, "kept")
      }).pipe(Effect.provide(layerPglite(folder, { deadline: "2 seconds", tripAfter: 1_000 })))
      // Opened again, migrated already.
      const rows = yield* query("select key from settings").pipe(Effect.provide(layerPglite(folder)))
      assert.strictEqual(rows.length, 1)
      assert.isFalse(fs.existsSync(`${folder}.lock`))
    }))

  it.live("lets go of the log of its writes while it is open, but not inside a transaction", () =>
    Effect.gen(function*() {
      const folder = path.join(yield* temporaryFolder, "sql")
      yield* Effect.gen(function*() {
        const { run } = yield* Database
        const control = "select redo_lsn::text as at from pg_control_checkpoint()"
        const redo = Effect.map(query<{ at: string }>(control), ([row]) => row?.at)
        const bytes = new Uint8Array(12 * 2 ** 20)
        const write = query("select length($1::bytea) as length", [bytes])
        const begin = yield* redo
        yield* write
        yield* write
        assert.strictEqual(yield* redo, begin)
        yield* run(Effect.flatMap(SqlClient.SqlClient, (sql) =>
          sql.withTransaction(Effect.gen(function*() {
            yield* sql.unsafe("select length($1::bytea) as length", [bytes])
            const [row] = yield* sql.unsafe<{ at: string }>(control)
            assert.strictEqual(row?.at, begin)
          }))))
        assert.notStrictEqual(yield* redo, begin)
      }).pipe(Effect.provide(layerPglite(folder)))
    }))

  it.live("is not opened twice", () =>
    Effect.gen(function*() {
      const folder = path.join(yield* temporaryFolder, "sql")
      fs.writeFileSync(`${folder}.lock`, String(process.ppid))
      const error = yield* Effect.flip(Effect.provide(Database, layerPglite(folder)))
      assert.strictEqual(error._tag, "DirectoryInUse")
      assert.include(error.message, String(process.ppid))
    }))

  it.live("takes over the lock of a process that is gone", () =>
    Effect.gen(function*() {
      const folder = path.join(yield* temporaryFolder, "sql")
      // Above what Linux gives out.
      fs.writeFileSync(`${folder}.lock`, "4194305")
      yield* Effect.scoped(Layer.build(layerPglite(folder)))
      assert.isFalse(fs.existsSync(`${folder}.lock`))
    }))

  it.live("is what is used without a DATABASE_URL", () =>
    Effect.gen(function*() {
      const folder = path.join(yield* temporaryFolder, "sql")
      const database = yield* Effect.provide(Database, layerConfig(folder))
      assert.strictEqual(database.kind, "pglite")
      assert.include(database.name, folder)
    }))
})

describe("PgliteHost", () => {
  it.live("leaves nothing of a broken connection to the next one", () =>
    Effect.gen(function*() {
      const host = yield* Effect.acquireRelease(
        Effect.sync(() => new PgliteHost({ directory: undefined })),
        (opened) => Effect.promise(() => opened.stop())
      )
      const first = host.connect()
      first.on("error", () => {})
      first.write(startup)
      yield* received(first, READY)
      first.write(simpleQuery("begin; create table half (n int)"))
      yield* received(first, READY)
      first.destroy()
      const second = host.connect()
      second.write(startup)
      yield* received(second, READY)
      second.write(simpleQuery("select to_regclass('half') is null as gone"))
      const answer = yield* received(second, READY)
      assert.include(answer.toString("latin1"), "\u0000\u0000\u0000\u0001t")
      second.end()
    }))
})

/** Start-up of protocol 3.0 as user and database `postgres`. */
const startup = ((): Buffer => {
  const body = Buffer.from(
    "\u0000\u0003\u0000\u0000user\u0000postgres\u0000database\u0000postgres\u0000\u0000",
    "latin1"
  )
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.byteLength + 4)
  return Buffer.concat([length, body])
})()

const simpleQuery = (text: string): Buffer => {
  const body = Buffer.from(`${text}\u0000`)
  const head = Buffer.alloc(5)
  head.write("Q")
  head.writeInt32BE(body.byteLength + 4, 1)
  return Buffer.concat([head, body])
}

/** `ReadyForQuery`: type and length, before the transaction state. */
const READY = "Z\u0000\u0000\u0000\u0005"

/** Collects what the stream says until it contains the text. */
const received = (stream: NodeJS.ReadableStream, text: string): Effect.Effect<Buffer> =>
  Effect.callback((resume) => {
    let all = Buffer.alloc(0)
    const listen = (chunk: Buffer): void => {
      all = Buffer.concat([all, chunk])
      if (!all.toString("latin1").includes(text)) return
      stream.off("data", listen)
      resume(Effect.succeed(all))
    }
    stream.on("data", listen)
  })
