/**
 * What goes wrong at the command line ends with the documented exit code and a message that says what is wrong, where, and
 * what to do: never with a stack trace, never with silence.
 */
import * as Random from "@keepgaining/core/random/Random.ts"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { answer, type Ended, keepgaining } from "../support/commandLine.ts"
import { temporaryFolder } from "../support/folder.ts"
import { csvOf, marketRows } from "../support/market.ts"
import { sessionFolder } from "../support/recorded.ts"
import { serve, until } from "../support/served.ts"

const FAILED = 1
const BAD_INPUT = 2
const CORRUPT = 3

const folder = temporaryFolder()
const at = (...names: ReadonlyArray<string>): string => path.join(folder, ...names)
const log = at("log")

beforeAll(async () => {
  fs.writeFileSync(at("day.csv"), csvOf(marketRows({ seed: 31, stocks: 4, seconds: 1_800 })))
  await answer(["ticks", "import", at("day.csv"), "--out", log, "--json"])
  fs.writeFileSync(at("file"), "not a folder\n")
  fs.mkdirSync(at("empty"))
})

/** Ended with that code and says all of that on stderr, and nothing that only a programmer could read. */
const assertSays = ({ code, stderr, stdout }: Ended, expected: number, ...parts: ReadonlyArray<string>): void => {
  assert.strictEqual(code, expected, stderr)
  for (const part of parts) assert.include(stderr, part)
  for (const noise of ["    at ", "node:internal", "[object Object]", "undefined"]) {
    assert.notInclude(stderr + stdout, noise)
  }
}

const serving = (...flags: ReadonlyArray<string>): ReadonlyArray<string> => {
  const own = ["serve", "--port", "0", "--data", at("data")]
  return [...own, ...flags]
}

/** [arguments, exit code, what stderr must say]; `{}` stands for the tests' folder. */
const cases: ReadonlyArray<readonly [string, number, ReadonlyArray<string>]> = [
  ["bogus", BAD_INPUT, ["bogus"]],
  ["serve --bogus", BAD_INPUT, ["--bogus"]],
  ["serve --port abc", BAD_INPUT, ["port", "abc"]],
  ["serve --profile bogus", BAD_INPUT, ["profile", "bogus"]],
  ["serve --profile live --replay {}/log --data {}/data", BAD_INPUT, ["--profile live", "replay"]],
  ["serve --profile live --port 0 --masters none --data {}/nobody", FAILED, ["no broker account", "brokers add"]],
  ["serve --port 99999 --data {}/data", BAD_INPUT, ["--port", "99999", "65535"]],
  ["serve --port -1 --data {}/data", BAD_INPUT, ["--port"]],
  ["serve --speed 0 --data {}/data", BAD_INPUT, ["--speed", "\"0\"", "max"]],
  ["serve --speed fast --data {}/data", BAD_INPUT, ["--speed", "\"fast\""]],
  ["serve --partitions 0 --data {}/data", BAD_INPUT, ["--partitions", "1024"]],
  ["serve --pace -1 --data {}/data", BAD_INPUT, ["--pace"]],
  ["serve --head-start -1 --data {}/data", BAD_INPUT, ["--head-start"]],
  ["serve --seed 1.5 --data {}/data", BAD_INPUT, ["seed", "1.5"]],
  ["serve --replay {}/nowhere --data {}/data", BAD_INPUT, ["{}/nowhere", "ticks import"]],
  ["serve --replay {}/empty --data {}/data-empty", BAD_INPUT, ["{}/empty", "manifest.json"]],
  ["serve --data {}/file", FAILED, ["--data", "{}/file"]],
  ["serve --host 192.0.2.1 --port 0 --data {}/host", FAILED, ["192.0.2.1", "--host"]],
  ["serve --port 0 --replay {}/log --data {}/s1 --strategy Nope", BAD_INPUT, [
    "--strategy",
    "\"Nope\"",
    "VolumeRocket"
  ]],
  ["serve --port 0 --replay {}/log --data {}/s2 --strategy VolumeRocket --lots 0", BAD_INPUT, ["--lots"]],
  ["serve --port 0 --replay {}/log --data {}/s3 --strategy VolumeRocket --params [1", BAD_INPUT, [
    "--params",
    "JSON object"
  ]],
  ["ticks replay", BAD_INPUT, ["LOG"]],
  ["ticks replay {}/nowhere", BAD_INPUT, ["{}/nowhere", "ticks import"]],
  ["ticks replay {}/file", FAILED, ["{}/file", "check the path"]],
  ["ticks replay {}/log --partitions -3", BAD_INPUT, ["--partitions"]],
  ["ticks replay {}/log --report {}/none/report.json", FAILED, ["{}/none/report.json", "cannot be written"]],
  ["ticks replay {}/log --decisions {}/none/decisions", FAILED, ["{}/none/decisions", "cannot be written"]],
  ["ticks replay {}/log --strategy VolumeRocket --symbols NSE:NOPE", BAD_INPUT, ["NSE:NOPE"]],
  ["ticks replay {}/log --strategy VolumeRocket --params {\"fast\":\"x\"}", BAD_INPUT, ["VolumeRocket", "fast"]],
  ["ticks replay {}/log --strategy VolumeRocket --params {\"fats\":9}", BAD_INPUT, ["VolumeRocket", "fats"]],
  ["ticks record {}/file --duration 1", FAILED, ["{}/file"]],
  ["ticks record {}/log --duration 1", BAD_INPUT, ["{}/log", "a new folder"]],
  ["candles build {}/nowhere --out {}/x.csv", BAD_INPUT, ["{}/nowhere"]],
  ["candles build {}/log --interval 7m --out {}/x.csv", BAD_INPUT, ["interval", "7m"]],
  ["candles build {}/log --out {}/none/x.csv", FAILED, ["{}/none/x.csv"]],
  ["tokens create --data {}/data", BAD_INPUT, ["name"]],
  ["tokens create --name x --scope god --data {}/data", BAD_INPUT, ["scope", "god"]],
  ["tokens revoke nobody --data {}/data", BAD_INPUT, ["\"nobody\"", "tokens list"]],
  ["tokens list --data {}/file", FAILED, ["{}/file"]],
  ["login --port abc", BAD_INPUT, ["port"]],
  ["login --data {}/file", FAILED, ["{}/file"]],
  ["doctor --bogus", BAD_INPUT, ["--bogus", "Usage: keepgaining doctor", "keepgaining doctor --help"]],
  ["ticks bogus", BAD_INPUT, ["bogus", "import, inspect, replay"]]
]

describe("a command that cannot be done says so", () => {
  // Starting the runtime is nearly all of it, so four at a time.
  it.concurrent.each(cases)("%s", async (line, code, parts) => {
    const here = (text: string): string => text.replaceAll("{}", folder)
    const ended = await keepgaining(here(line).split(" "))
    assertSays(ended, code, ...parts.map(here))
    assert.strictEqual(ended.stdout, "", "a program that reads stdout reads answers only")
  })
})

describe("what is in the way", () => {
  it("a port that is in use", async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    try {
      const ended = await keepgaining(["serve", "--data", at("port"), "--port", String(address.port)])
      assertSays(ended, FAILED, String(address.port), "in use", "--port")
    } finally {
      server.close()
    }
  })

  it("a data directory that another process uses", async () => {
    const data = at("used")
    const served = await serve(["--data", data, "--port", "0", "--head-start", "0"])
    try {
      const ended = await keepgaining(["serve", "--data", data, "--port", "0"])
      assertSays(ended, FAILED, data, `process ${served.process.pid}`, "DATABASE_URL")
      // Others may look and make tokens meanwhile.
      assert.strictEqual((await keepgaining(["tokens", "list", "--data", data])).code, 0)
    } finally {
      await served.kill()
    }
  })

  it("a directory that cannot be written", async () => {
    // Of the kernel, so that it holds for root as well.
    if (!fs.existsSync("/sys")) return
    assertSays(
      await keepgaining(["serve", "--data", "/sys/keepgaining", "--port", "0"]),
      FAILED,
      "/sys/keepgaining",
      "--data"
    )
  })

  it("a DATABASE_URL that is none, or that nobody listens at", async () => {
    const at = (url: string) =>
      keepgaining(["serve", "--data", path.join(folder, "database"), "--port", "0"], { env: { DATABASE_URL: url } })
    assertSays(await at("nonsense"), FAILED, "PostgreSQL", "URL")
    const ended = await at("postgres://trader:secret@127.0.0.1:9/trading")
    assertSays(ended, FAILED, "127.0.0.1:9/trading")
    assert.notInclude(ended.stderr, "secret")
  })
})

describe("a strategy that was refused", () => {
  it("is taken once it was corrected", async () => {
    const flags = serving("--replay", log, "--paused", "--strategy", "VolumeRocket")
    assertSays(await keepgaining([...flags, "--params", "{\"fast\":\"x\"}"]), BAD_INPUT, "fast")
    assertSays(await keepgaining([...flags, "--symbols", "NSE:NOPE"]), BAD_INPUT, "NSE:NOPE")
    const served = await serve([...flags.slice(1), "--params", "{\"fast\":5}"])
    await served.kill()
  })
})

describe("what is damaged", () => {
  let data = ""
  beforeAll(async () => {
    data = at("good")
    const flags = ["--strategy", "VolumeRocket", "--pace", "120", "--head-start", "30"]
    const served = await serve(["--data", data, "--port", "0", "--profile", "paper", ...flags])
    const journal = path.join(sessionFolder(data), "journal-1.log")
    await until(() => fs.existsSync(journal) && fs.statSync(journal).size > 20_000 || undefined, "a journal")
    await served.stop()
  })

  /** A copy of the good data directory in which one file is not what it was. */
  const damaged = (name: string, file: (session: string) => string, change: (bytes: Buffer) => Buffer): string => {
    const copy = at(name)
    fs.cpSync(data, copy, { recursive: true })
    const place = file(sessionFolder(copy))
    fs.writeFileSync(place, change(fs.readFileSync(place)))
    return copy
  }
  const serveDamaged = (copy: string): Promise<Ended> =>
    keepgaining(["serve", "--data", copy, "--port", "0", "--profile", "paper"], { seconds: 20 })
  const flipped = (share: number) => (bytes: Buffer): Buffer => {
    const i = Math.floor(bytes.length * share)
    bytes.writeUInt8(bytes.readUInt8(i) ^ 0x41, i)
    return bytes
  }
  const noise = (bytes: Buffer): Buffer => {
    const random = Random.fromSeed(5)
    return Buffer.from(bytes.map(() => Random.integer(random, 256)))
  }

  it("session.json", async () => {
    const copy = damaged("session", (session) => path.join(session, "session.json"), () => Buffer.from("{\"id\":"))
    assertSays(await serveDamaged(copy), CORRUPT, path.join(copy, "sessions"), "session.json", "Restore it from a copy")
  })

  it("the journal, in the middle", async () => {
    const copy = damaged("journal", (session) => path.join(session, "journal-1.log"), flipped(0.5))
    assertSays(await serveDamaged(copy), CORRUPT, "journal-1.log", "Record", "at byte", "Restore the journal")
  })

  it("the journal, all of it: an end that was cut off is not passed over in silence", async () => {
    const copy = damaged("noise", (session) => path.join(session, "journal-1.log"), noise)
    const served = await serve(["--data", copy, "--port", "0", "--profile", "paper"])
    assert.include(served.said(), "it was cut there")
    await served.kill()
  })

  it("the tick log's manifest", async () => {
    const copy = damaged("manifest", (session) => path.join(session, "ticks", "manifest.json"), () => Buffer.from("{"))
    assertSays(await serveDamaged(copy), BAD_INPUT, path.join("ticks"), "manifest.json", "Restore it from a copy")
  })

  it("the recorded ticks, all of them", async () => {
    const copy = damaged("ticks", (session) => path.join(session, "ticks", "ticks-000001.arrow"), noise)
    assertSays(await serveDamaged(copy), CORRUPT, "ticks-000001.arrow", "byte", "restore the file from a copy")
  })

  it("recorded ticks that the journal knows of are gone", async () => {
    const copy = damaged(
      "gone",
      (session) => path.join(session, "ticks", "ticks-000001.arrow"),
      (bytes) => bytes.subarray(0, Math.floor(bytes.length / 3))
    )
    const ended = await serveDamaged(copy)
    assertSays(ended, ended.code === CORRUPT ? CORRUPT : BAD_INPUT, path.join(copy, "sessions"))
  })

  it("the owner's key", async () => {
    const copy = at("owner")
    fs.cpSync(data, copy, { recursive: true })
    fs.writeFileSync(path.join(copy, "owner.json"), "{")
    assertSays(await serveDamaged(copy), FAILED, path.join(copy, "owner.json"), "Move it away")
    assertSays(await keepgaining(["tokens", "list", "--data", copy]), FAILED, path.join(copy, "owner.json"))
  })

  it("the embedded database, which costs history but not the session", async () => {
    const copy = at("embedded")
    fs.cpSync(data, copy, { recursive: true })
    fs.rmSync(path.join(copy, "database", "base"), { recursive: true })
    const served = await serve(["--data", copy, "--port", "0", "--profile", "paper"])
    assert.include(served.said(), "cannot be reached")
    await served.kill()
  })

  it("a log to replay, at a seeded byte of a seeded file", async () => {
    const random = Random.fromSeed(9)
    for (let n = 0; n < 4; n++) {
      const copy = at(`log-${n}`)
      fs.cpSync(log, copy, { recursive: true })
      const segments = fs.readdirSync(copy).filter((name) => name.endsWith(".arrow"))
      // An integer below the length is a place of the list.
      const segment = segments[Random.integer(random, segments.length)]!
      const place = path.join(copy, segment)
      fs.writeFileSync(place, flipped(0.1 + 0.8 * Random.uniform(random))(fs.readFileSync(place)))
      const parts = [segment, "byte", "ticks inspect"]
      assertSays(await keepgaining(["ticks", "replay", copy]), CORRUPT, ...parts)
      if (n > 0) continue
      const ended = await keepgaining([
        "serve",
        "--replay",
        copy,
        "--speed",
        "max",
        "--data",
        at(`of-${n}`),
        "--port",
        "0"
      ])
      assertSays({ ...ended, stdout: "" }, CORRUPT, ...parts)
    }
  })
})
