import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Command from "effect/cli/Command"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { TestConsole } from "effect/testing"
import * as fs from "node:fs/promises"
import { createServer } from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import * as DoctorChecks from "../../src/cli/DoctorChecks.ts"
import * as DoctorCommand from "../../src/cli/DoctorCommand.ts"

const temporary = Effect.acquireRelease(
  Effect.promise(() => fs.mkdtemp(path.join(os.tmpdir(), "keepgaining-doctor-"))),
  (folder) => Effect.promise(() => fs.rm(folder, { recursive: true, force: true }))
)

/** A port of this machine that is taken while the scope is open. */
const takenPort = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = address === null || typeof address === "string" ? 0 : address.port
      resume(Effect.succeed({ port, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

const Report = Schema.fromJsonString(
  Schema.Struct({ ok: Schema.Boolean, findings: Schema.Array(DoctorChecks.Finding) })
)

describe("doctor", () => {
  it("knows the versions", () => {
    const states = (node: string): ReadonlyArray<string> =>
      DoctorChecks.versions(node).map((finding) => `${finding.check} ${finding.state}`)
    assert.deepStrictEqual(states("26.10.0"), ["keepgaining ok", "node ok", "effect ok"])
    assert.deepStrictEqual(states("20.20.2"), ["keepgaining ok", "node broken", "effect ok"])
  })

  it.live("finds a port that is taken, and one that is free again", () =>
    Effect.gen(function*() {
      const port = yield* Effect.scoped(Effect.gen(function*() {
        const { port } = yield* takenPort
        const finding = yield* DoctorChecks.port("127.0.0.1", port)
        assert.strictEqual(finding.state, "broken")
        assert.include(finding.found, String(port))
        return port
      }))
      assert.strictEqual((yield* DoctorChecks.port("127.0.0.1", port)).state, "ok")
    }))

  it.live("finds a data directory that is new, in place, or a file", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const state = (name: string): Effect.Effect<string> =>
        Effect.map(DoctorChecks.dataDirectory(path.join(folder, name)), (finding) => finding.state)
      yield* Effect.promise(() => fs.writeFile(path.join(folder, "file"), ""))
      assert.deepStrictEqual(yield* Effect.all([state("."), state("a/b"), state("file")]), ["ok", "missing", "broken"])
      assert.strictEqual((yield* DoctorChecks.disk(path.join(folder, "a/b"))).check, "disk")
    }))

  it.live("finds the owner's key when others can read it", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const file = path.join(folder, "owner.json")
      assert.strictEqual((yield* DoctorChecks.ownersKey(folder)).state, "missing")
      yield* Effect.promise(() => fs.writeFile(file, "{}", { mode: 0o600 }))
      assert.strictEqual((yield* DoctorChecks.ownersKey(folder)).state, "ok")
      yield* Effect.promise(() => fs.chmod(file, 0o644))
      assert.strictEqual((yield* DoctorChecks.ownersKey(folder)).state, "warning")
    }))

  it.live("finds a clock behind what was written before", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const file = path.join(folder, "journal")
      yield* Effect.promise(() => fs.writeFile(file, ""))
      assert.strictEqual((yield* DoctorChecks.clock(folder)).state, "ok")
      const future = new Date(Date.UTC(2090, 0, 1))
      yield* Effect.promise(() => fs.utimes(file, future, future))
      const finding = yield* DoctorChecks.clock(folder)
      assert.strictEqual(finding.state, "broken")
      assert.include(finding.found, "2090-01-01")
    }))

  it.live("finds a database that does not answer, and never shows its password", () =>
    Effect.gen(function*() {
      const { port } = yield* takenPort.pipe(Effect.scoped)
      const finding = yield* DoctorChecks.database({
        dataDirectory: ".",
        host: "127.0.0.1",
        port: 1,
        databaseUrl: Redacted.make(`postgres://someone:hunter2@127.0.0.1:${port}/none`)
      })
      assert.strictEqual(finding.state, "broken")
      assert.include(finding.remedy, "DATABASE_URL")
      assert.notInclude(JSON.stringify(finding), "hunter2")
    }))

  it.live("asks a database that is there for its version", (context) => {
    const url = process.env["KEEPGAINING_TEST_POSTGRES"]
    if (url === undefined) {
      context.skip("KEEPGAINING_TEST_POSTGRES is not set")
      return Effect.void
    }
    return Effect.gen(function*() {
      const subject = { dataDirectory: ".", host: "127.0.0.1", port: 1, databaseUrl: Redacted.make(url) }
      const finding = yield* DoctorChecks.database(subject)
      assert.strictEqual(finding.state, "ok", finding.found)
      assert.match(finding.found, /^PostgreSQL \d+/)
    })
  })

  it.live("ends with code 1 only when something is broken", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const { port } = yield* takenPort
      const doctor = Command.runWith(
        DoctorCommand.make({ dataDirectory: folder, host: "127.0.0.1", port: 0 }),
        { version: "0" }
      )
      yield* doctor(["--json"])
      const [printed] = yield* TestConsole.logLines
      const report = yield* Schema.decodeUnknownEffect(Report)(printed)
      assert.isTrue(report.ok)
      assert.deepStrictEqual(report.findings.map((finding) => finding.check), [
        "keepgaining",
        "node",
        "effect",
        "data directory",
        "disk",
        "database",
        "owner's key",
        "port",
        "terminal",
        "clock"
      ])
      const failure = yield* Effect.flip(doctor(["--json", "--port", String(port)]))
      assert(failure instanceof DoctorCommand.DoctorFoundProblems)
      assert.deepStrictEqual(failure.broken, ["port"])
    }).pipe(Effect.provide(Layer.mergeAll(
      NodeServices.layer,
      TestConsole.layer,
      ConfigProvider.layer(ConfigProvider.fromEnv({ env: {} }))
    ))))

  it("prints one line a finding and its remedy below", () => {
    assert.strictEqual(
      DoctorCommand.format([
        { check: "node", state: "ok", found: "26.10.0" },
        { check: "port", state: "broken", found: "in use", remedy: "choose another" }
      ]),
      [
        "ok       node  26.10.0",
        "BROKEN   port  in use",
        "               -> choose another",
        "",
        "1 broken: the engine will not work like this."
      ].join("\n")
    )
  })
})
