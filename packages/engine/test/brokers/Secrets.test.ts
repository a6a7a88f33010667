/** No secret gets out: neither into logs, spans, metrics, errors and states, nor into any file but the sealed vault. */
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { registered } from "./accountStage.ts"
import { disguises } from "./disguises.ts"
import type { SecretsInput } from "./secretsProcess.ts"

interface Ended {
  readonly code: number | null
  readonly said: string
}

const run = (cwd: string, input: SecretsInput): Promise<Ended> =>
  new Promise((resolve) => {
    const script = path.join(import.meta.dirname, "secretsProcess.ts")
    const child = spawn(process.execPath, [script, JSON.stringify(input)], { cwd, stdio: ["ignore", "pipe", "pipe"] })
    const parts: Array<Buffer> = []
    child.stdout.on("data", (part: Buffer) => parts.push(part))
    child.stderr.on("data", (part: Buffer) => parts.push(part))
    child.once("close", (code) => resolve({ code, said: Buffer.concat(parts).toString("latin1") }))
  })

/** All files below a folder, by their path in it. */
const filesBelow = async (folder: string): Promise<ReadonlyArray<readonly [name: string, text: string]>> => {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries.filter((entry) => entry.isFile()).map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return [path.relative(folder, file), await fs.readFile(file, "latin1")] as const
    })
  )
}

/** What was found, with what stands around it but without itself. */
const found = (secret: string, where: string, text: string): ReadonlyArray<string> =>
  disguises(secret).flatMap((form) => {
    // As the bytes of files and pipes are read here.
    const at = text.indexOf(Buffer.from(form).toString("latin1"))
    return at < 0 ? [] : [`${where}: …${text.slice(Math.max(0, at - 300), at)}<secret ${secret.slice(0, 6)}…>`]
  })

describe("secrets", () => {
  it("are found by the means of this test in every form", () => {
    const secret = "a sécret/with+all=of&it"
    const forms = [
      `x ${secret} y`,
      `?q=${encodeURIComponent(secret)}&r`,
      new URLSearchParams({ q: secret }).toString(),
      Buffer.from(`user:${secret}`).toString("base64"),
      Buffer.from(`us:${secret}!`).toString("base64url"),
      Buffer.from(`u:${secret}??`).toString("base64"),
      Buffer.from(secret).toString("hex")
    ]
    for (const each of forms) assert.isNotEmpty(found(secret, "here", Buffer.from(each).toString("latin1")), each)
    assert.deepStrictEqual(found(secret, "here", "something else"), [])
  })

  it("stay in the vault through logins, orders, refusals and faults at every broker", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "keepgaining-secrets-"))
    try {
      const cwd = path.join(folder, "work")
      const data = path.join(cwd, "data")
      const list = path.join(folder, "planted.json")
      await fs.mkdir(cwd)
      const { code, said } = await run(cwd, { data, planted: list })
      assert.strictEqual(code, 0, said.slice(-3_000))
      // It did say what it was asked to.
      assert.isNotEmpty(found("found-0n-purpose/+", "said", said))
      for (const word of ["the most talkative level", "== metrics", "spans", "UnknownOutcome", "Unauthorised"]) {
        assert.include(said, word)
      }
      for (const broker of registered) assert.include(said, `${broker}-ab`)

      const planted = JSON.parse(await fs.readFile(list, "utf8")) as ReadonlyArray<string>
      assert.isAbove(planted.length, registered.length * 5)
      const files = await filesBelow(cwd)
      const leaks = planted.flatMap((secret) => [
        ...found(secret, "said", said),
        ...files.flatMap(([name, text]) => found(secret, name, text))
      ])
      assert.deepStrictEqual(leaks, [])
      // The SDKs would write log files into the folder that one stands in.
      assert.deepStrictEqual(files.map(([name]) => name).toSorted(), [
        path.join("data", "brokers.json"),
        path.join("data", "vault.key")
      ])
    } finally {
      await fs.rm(folder, { recursive: true, force: true })
    }
  }, 300_000)
})
