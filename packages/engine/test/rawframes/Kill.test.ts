import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { appendFileSync, readdirSync } from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { readRecords } from "../../src/rawframes/FrameFormat.ts"
import { surveyFrames } from "../../src/rawframes/surveyFrames.ts"
import { DurableFiles } from "../../src/storage/DurableFile.ts"
import { layer as NodeDurableFiles } from "../../src/storage/NodeDurableFiles.ts"
import { temporaryDirectory } from "../brokers/accountStage.ts"

const program = fileURLToPath(new URL("./recordForEver.ts", import.meta.url))

/** Records from that number on and kills it (SIGKILL) once it has said so many lines; answers the last number. */
const runAndKill = (folder: string, first: number, lines: number): Effect.Effect<number> =>
  Effect.callback((resume) => {
    const child = spawn(process.execPath, [program, folder, String(first)], { stdio: ["ignore", "pipe", "inherit"] })
    let output = ""
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      if (output.split("\n").length > lines) child.kill("SIGKILL")
    })
    child.once("close", () => resume(Effect.succeed(Number(output.split("\n").at(-2)))))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("a recording whose process is killed", () => {
  it.live("has whole frames in order, loses no more than a moment, and goes on", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryDirectory
      const files = yield* DurableFiles
      const day = path.join(folder, "some", "2026-11-19")
      let first = 0
      for (const lines of [40, 60, 25]) {
        const last = yield* runAndKill(folder, first, lines)
        const names = readdirSync(day).toSorted()
        const numbers: Array<number> = []
        for (const name of names) {
          for (const record of readRecords(yield* files.read(path.join(day, name)))) {
            if (record._tag !== "Frame") continue
            numbers.push(new DataView(record.frame.buffer, record.frame.byteOffset).getUint32(0))
          }
        }
        const now = numbers.filter((number) => number >= first)
        assert.deepStrictEqual(now, Array.from({ length: now.length }, (_, i) => first + i))
        // Of 25 lines a half of a second is left at most to be written; the first lines are long since on the disk.
        assert.isAtLeast(now.length, Math.min(200, last - first - 2_000))
        // A kill seldom hits the middle of a write: this one did.
        appendFileSync(path.join(day, names.at(-1) ?? ""), new Uint8Array([1, 2, 3, 4, 5]))
        first = last + 1_000_000
      }
      yield* runAndKill(folder, first, 20)
      const [survey] = yield* surveyFrames(folder)
      assert.deepInclude(survey, { connections: 4, damages: [] })
    }).pipe(Effect.provide(NodeDurableFiles)))
})
