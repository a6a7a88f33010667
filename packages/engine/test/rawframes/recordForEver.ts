/** Records numbered frames until it is killed; prints how many it has said so far. */
import * as Effect from "effect/Effect"
import { Supervisor } from "../../src/actors/Supervisor.ts"
import * as FrameRecorder from "../../src/rawframes/FrameRecorder.ts"
import { layer as NodeDurableFiles } from "../../src/storage/NodeDurableFiles.ts"

const folder = process.argv[2] ?? ""
const first = Number(process.argv[3] ?? 0)

const program = Effect.gen(function*() {
  const recorder = yield* FrameRecorder.make({ folder, segmentBytes: 2_000_000 })
  let say: (frame: Uint8Array, receivedAt: number, connection: number) => void = () => undefined
  recorder.attach({
    record: { id: "some", broker: "kite" },
    subscribed: new Map(),
    subscriptions: 0,
    onFrame: (listener) => {
      say = listener
      return () => undefined
    }
  })
  const frame = new Uint8Array(2_000)
  const view = new DataView(frame.buffer)
  for (let number = first;; number++) {
    view.setUint32(0, number)
    say(frame, Date.parse("2026-11-19T10:00:00+05:30") + number, first)
    if (number % 50 === 0) {
      process.stdout.write(`${number}\n`)
      yield* Effect.sleep(20)
    }
  }
})

Effect.runFork(program.pipe(Effect.scoped, Effect.provide(Supervisor.layer), Effect.provide(NodeDurableFiles)))
