import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { firstValueFrom, take, toArray } from "rxjs"
import { checkVersion } from "../../src/client/Client.ts"
import { KeepGaining, type Quote } from "../../src/client/KeepGaining.ts"
import { contractVersion, type Hello } from "../../src/contract/System.ts"
import { serve, temporaryDirectory } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

const repository = fileURLToPath(new URL("../../../../", import.meta.url))

const client = Effect.fnUntraced(function*(url: string, token: string) {
  return yield* Effect.acquireRelease(
    Effect.promise(() => KeepGaining.connect({ url, token })),
    (client) => Effect.promise(() => client.close())
  )
})

/** Runs a program in a process of its own until it ends or printed enough. */
const run = (program: string, env: Record<string, string>, enough: (output: string) => boolean) =>
  Effect.callback<{ readonly code: number | null; readonly output: string }>((resume) => {
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-"], {
      cwd: `${repository}packages/rpc`,
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"]
    })
    let output = ""
    const read = (data: Buffer) => {
      output += data.toString("utf8")
      if (enough(output)) child.kill()
    }
    child.stdout.on("data", read)
    child.stderr.on("data", read)
    child.on("close", (code) => resume(Effect.succeed({ code, output })))
    child.stdin.end(program)
    return Effect.sync(() => child.kill())
  })

const ourHello: Hello = {
  contractVersion,
  engineVersion: "0.1.0",
  bootId: "b",
  sessionId: "s",
  mode: "paper",
  serverTime: 0,
  scope: "view"
}

const failureOf = (promise: Promise<unknown>): Effect.Effect<{ readonly _tag: string; readonly message: string }> =>
  Effect.promise(() =>
    promise.then(
      () => ({ _tag: "Nothing", message: "it did not fail" }),
      // Every failure of the client is a tagged error.
      (error: unknown) => error as { readonly _tag: string; readonly message: string }
    )
  )

describe("KeepGaining", () => {
  it.live("gives quotes as an observable, and to a slow reader only the latest", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      session.tick(0, 100)
      const server = yield* serve(session)
      const api = yield* client(server.url, yield* server.token("view"))
      const first = yield* Effect.promise(() => firstValueFrom(api.quotes(["NSE:RELIANCE"])))
      assert.deepInclude(first, { symbol: "NSE:RELIANCE", instrument: 0, last: 100 })

      const seen: Array<Quote> = []
      yield* Effect.promise(async () => {
        for await (const quote of api.quotes([], { perSecond: 20 })) {
          seen.push(quote)
          if (seen.length === 1) {
            for (let price = 200; price <= 260; price++) {
              session.tick(0, price)
              await new Promise((resolve) => setTimeout(resolve, 5))
            }
            await new Promise((resolve) => setTimeout(resolve, 150))
          }
          if (quote.last === 260) break
        }
      })
      assert.strictEqual(seen.at(-1)?.last, 260)
      assert.isBelow(seen.length, 30, "61 changes came as far fewer quotes")
    }))

  it.live("resumes events over a restart of the engine", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const dataDirectory = yield* temporaryDirectory
      const server = yield* serve(session, { dataDirectory })
      const api = yield* client(server.url, yield* server.token("view"))
      for (let i = 0; i < 10; i++) session.log(`before ${i}`)
      const all = firstValueFrom(api.events({ after: 3 }).pipe(take(17), toArray()))
      yield* Effect.promise(() => firstValueFrom(api.events({ after: 9 })))
      yield* server.stop
      for (let i = 0; i < 10; i++) session.log(`while away ${i}`)
      yield* serve(session, { dataDirectory, port: server.port, bootId: "boot-2" })
      const numbers = (yield* Effect.promise(() => all)).map((event) => event.number)
      assert.deepStrictEqual(numbers, Array.from({ length: 17 }, (_, i) => i + 4))
    }))

  it.live("a slow reader of events holds up nothing and loses nothing", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const server = yield* serve(session)
      const api = yield* client(server.url, yield* server.token("view"))
      for (let i = 0; i < 20_000; i++) session.log(`event ${i}`)
      const iterator = api.events()[Symbol.asyncIterator]()
      const numbers: Array<number> = []
      const read = async () => {
        const { done, value } = await iterator.next()
        if (done !== true) numbers.push(value.number)
      }
      yield* Effect.promise(read)
      while (session.pulled < 2_048) yield* Effect.sleep(10)
      yield* Effect.sleep(300)
      assert.isAtMost(session.pulled, 4_096, "the subscription paused")
      session.tick(1, 4_242)
      const quote = yield* Effect.promise(() => firstValueFrom(api.quotes(["NSE:TCS"])))
      assert.strictEqual(quote.last, 4_242)
      yield* Effect.promise(async () => {
        while (numbers.length < 20_000) await read()
        await iterator.return?.()
      })
      assert.deepStrictEqual(numbers, Array.from({ length: 20_000 }, (_, i) => i + 1))
    }))

  it.live("sends a command again under its id until it learns the outcome", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      const dataDirectory = yield* temporaryDirectory
      const server = yield* serve(session, { dataDirectory })
      const api = yield* client(server.url, yield* server.token("trade"))
      session.answerDelayMillis = 60_000
      const outcome = api.execute({ _tag: "Kill", stage: "pause" }, { commandId: "mine" })
      while (session.executed.size === 0) yield* Effect.sleep(5)
      yield* server.stop
      session.answerDelayMillis = 0
      yield* serve(session, { dataDirectory, port: server.port, bootId: "boot-2" })
      assert.deepStrictEqual(yield* Effect.promise(() => outcome), { _tag: "Done" })
      assert.deepStrictEqual(session.asked, ["mine", "mine"])
      assert.strictEqual(session.events.length, 1)
    }))

  it.live("says what is wrong and what to do", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const noLogin = yield* failureOf(KeepGaining.connect({ url: server.url }))
      assert.strictEqual(noLogin._tag, "Unauthorized")
      const api = yield* client(server.url, yield* server.token("view"))
      const noScope = yield* failureOf(api.execute({ _tag: "Kill", stage: "pause" }))
      assert.strictEqual(noScope._tag, "Unauthorized")
      const noSymbol = yield* failureOf(firstValueFrom(api.quotes(["NSE:NOTHING"])))
      assert.strictEqual(noSymbol._tag, "UnknownSymbol")
      const { port } = server
      yield* server.stop
      const gone = yield* failureOf(KeepGaining.connect({ url: `http://localhost:${port}`, connectTimeout: 300 }))
      assert.strictEqual(gone._tag, "Unreachable")
      assert.include(gone.message, String(port))
    }))

  it.live("names which side to upgrade when the contract differs", () =>
    Effect.gen(function*() {
      const hello = { ...ourHello, engineVersion: "9.9.9", contractVersion: contractVersion + 1 }
      const newer = yield* Effect.flip(checkVersion(hello))
      assert.strictEqual(newer._tag, "ContractMismatch")
      assert.include(newer.message, "upgrade the client")
      const older = yield* Effect.flip(checkVersion({ ...hello, contractVersion: contractVersion - 1 }))
      assert.include(older.message, "upgrade the engine")
      assert.strictEqual(yield* checkVersion(ourHello), ourHello)
    }))

  it.live("closing the client lets the program end", () =>
    Effect.gen(function*() {
      const server = yield* serve(new TestSession())
      const token = yield* server.token("view")
      const program = `
        import { KeepGaining } from "@keepgaining/rpc/client/KeepGaining.ts"
        const client = await KeepGaining.connect({ url: "${server.url}", token: "${token}" })
        client.health().subscribe()
        client.events().subscribe({ complete: () => console.log("completed") })
        await client.instruments()
        await client.close()
      `
      const { code, output } = yield* run(program, {}, () => false)
      assert.strictEqual(code, 0)
      assert.strictEqual(output, "completed\n")
    }))

  it.live("the example of docs/clients.md runs as it stands", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      session.tick(0, 295_050)
      const server = yield* serve(session)
      const token = yield* server.token("trade")
      const text = yield* Effect.promise(() => fs.readFile(`${repository}docs/clients.md`, "utf8"))
      const example = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? ""
      assert.isAtMost(example.trim().split("\n").length, 12)
      const { output } = yield* run(
        example,
        { KEEPGAINING_URL: server.url, KEEPGAINING_TOKEN: token },
        (output) => output.includes("KillSwitch") && output.includes("NSE:RELIANCE")
      )
      assert.include(output, "NSE:RELIANCE 2950.5\n")
      assert.include(output, "kill switch: Done\n")
      assert.include(output, "1 KillSwitch\n")
    }))
})
