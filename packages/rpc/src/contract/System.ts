import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { NotFound, Refused, Unauthorized } from "./Failures.ts"

/** Raised with every incompatible change of the contract; client and server must agree on it. */
export const contractVersion = 1

export const Mode = Schema.Literals(["demo", "paper", "sim", "live", "replay"])
export type Mode = typeof Mode.Type

export const Hello = Schema.Struct({
  contractVersion: Schema.Int,
  engineVersion: Schema.String,
  /** New at every start of the process. */
  bootId: Schema.String,
  /** New when a replay was rewound: everything that the client holds belongs to another timeline. */
  sessionId: Schema.String,
  mode: Mode,
  /** Wall clock of the server, epoch ms. */
  serverTime: Schema.Finite,
  scope: Schema.Literals(["view", "trade", "admin"])
})
export type Hello = typeof Hello.Type

export const ActorState = Schema.Literals(["running", "restarting", "stopped", "escalated"])

/** One node of the supervision tree. `path` is its address: `engine/partition-0/NSE:RELIANCE/VolumeRocket@d1`. */
export const ActorView = Schema.Struct({
  path: Schema.String,
  kind: Schema.String,
  state: ActorState,
  /** As declared for its kind: `restart 5 in 60 s, then stop`. */
  supervision: Schema.String,
  restarts: Schema.Int,
  /** Messages handled. */
  handled: Schema.Finite,
  deadLetters: Schema.Int,
  lastFailure: Schema.optionalKey(Schema.String)
})
export type ActorView = typeof ActorView.Type

export const MailboxView = Schema.Struct({
  name: Schema.String,
  /** `block`, `conflate`, `drop-oldest` or `fail`. */
  overflow: Schema.String,
  depth: Schema.Int,
  capacity: Schema.Int,
  /** How many messages were shed so far. */
  shed: Schema.Finite
})
export type MailboxView = typeof MailboxView.Type

export const ActorTree = Schema.Struct({
  actors: Schema.Array(ActorView),
  mailboxes: Schema.Array(MailboxView)
})
export type ActorTree = typeof ActorTree.Type

export const DeadLetter = Schema.Struct({
  id: Schema.Int,
  actor: Schema.String,
  /** The input that it could not handle, as text. */
  message: Schema.String,
  failure: Schema.String,
  cause: Schema.Int,
  at: Schema.Finite
})
export type DeadLetter = typeof DeadLetter.Type

/** How the engine does, once a second. Times in ms. */
export const Health = Schema.Struct({
  serverTime: Schema.Finite,
  /** Event time of the session, epoch ms. */
  now: Schema.Finite,
  sequence: Schema.Int,
  ticks: Schema.Finite,
  ticksPerSecond: Schema.Finite,
  /** Wall-clock age of the newest tick; null before the first. */
  feedAge: Schema.NullOr(Schema.Finite),
  feed: Schema.Literals(["live", "stale", "closed", "paused", "finished"]),
  /** Decision latency over the last second: frame received to its decisions made. */
  decisionP50: Schema.Finite,
  decisionP99: Schema.Finite,
  /** Decisions made but not yet durable, and so not yet shown. */
  unflushed: Schema.Int,
  heapMegabytes: Schema.Finite,
  databaseLag: Schema.Int,
  digest: Schema.String
})
export type Health = typeof Health.Type

export const ReplayState = Schema.Struct({
  log: Schema.String,
  from: Schema.Finite,
  to: Schema.Finite,
  now: Schema.Finite,
  playing: Schema.Boolean,
  /** Event seconds per wall second; 0 = as fast as it goes. */
  speed: Schema.Finite,
  finished: Schema.Boolean
})
export type ReplayState = typeof ReplayState.Type

export const ReplayControl = Schema.Union([
  Schema.TaggedStruct("Play", {}),
  Schema.TaggedStruct("Pause", {}),
  /** 0 = as fast as it goes. */
  Schema.TaggedStruct("Speed", { speed: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)) }),
  /** Plays so many ms of event time, then pauses. */
  Schema.TaggedStruct("Step", { millis: Schema.Finite.check(Schema.isGreaterThan(0)) }),
  /** Goes to an event time; backwards starts a new timeline from the recorded inputs up to there. */
  Schema.TaggedStruct("Seek", { to: Schema.Finite })
])
export type ReplayControl = typeof ReplayControl.Type

export class SystemRpcs extends RpcGroup.make(
  Rpc.make("Hello", { success: Hello }),
  Rpc.make("Health", { success: Health, stream: true }),
  /** The supervision tree, conflated to twice a second. */
  Rpc.make("Actors", { success: ActorTree, stream: true }),
  /** Newest first. */
  Rpc.make("DeadLetters", { payload: { limit: Schema.Int }, success: Schema.Array(DeadLetter) }),
  /** Feeds a dead letter to its actor once more; it is done when the actor took it. Needs scope `admin`. */
  Rpc.make("RetryDeadLetter", { payload: { id: Schema.Int }, error: Schema.Union([Unauthorized, NotFound, Refused]) }),
  /** Fails with `NotFound` when this session is no replay. */
  Rpc.make("Replay", { success: ReplayState, error: NotFound, stream: true }),
  /** Needs scope `trade`. */
  Rpc.make("ControlReplay", {
    payload: { control: ReplayControl },
    success: ReplayState,
    error: Schema.Union([Unauthorized, NotFound, Refused])
  })
) {}
