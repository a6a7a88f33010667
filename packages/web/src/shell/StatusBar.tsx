/** Two facts apart: whether the server is there, and whether its feed is fresh. Then how the engine does. */
import { type JSX, Show } from "solid-js"
import { largeOrMissing, latency, quantity } from "../format/numbers.ts"
import { age } from "../format/times.ts"
import { describeLink } from "../link/LinkState.ts"
import { isFrozen, setFrozen } from "../state/frozen.ts"
import { useTerminal } from "../state/Terminal.ts"

const feedWords = { live: "fresh", stale: "stale", closed: "closed", paused: "paused", finished: "finished" } as const

/** Above this a feed that calls itself live is shown as slow, ms. */
const slowMillis = 2_000

export const StatusBar = (): JSX.Element => {
  const terminal = useTerminal()
  const health = terminal.health
  const live = (): boolean => terminal.linkState()._tag === "live"
  const feedText = (): string => {
    const report = health()
    if (report === undefined || !live()) return "not known"
    if (report.feed === "live" && (report.feedAge ?? 0) > slowMillis) return `slow ${age(report.feedAge ?? 0)}`
    const showAge = (report.feed === "live" || report.feed === "stale") && report.feedAge !== null
    return showAge ? `${feedWords[report.feed]} ${age(report.feedAge)}` : feedWords[report.feed]
  }
  const feedBad = (): boolean => feedText().startsWith("slow") || health()?.feed === "stale"
  const skew = (): number => Math.abs((health()?.serverTime ?? Date.now()) - Date.now())
  return (
    <footer class="flex h-7 flex-none items-center gap-4 overflow-hidden whitespace-nowrap border-t border-line bg-s1 px-3 text-tape text-ink2">
      <span data-testid="link" data-state={terminal.linkState()._tag} classList={{ "text-warn": !live() }}>
        Server {describeLink(terminal.linkState())}
        <Show when={live()}>{` ${latency(terminal.ping())}`}</Show>
      </span>
      <span data-testid="feed" data-feed={health()?.feed} classList={{ "text-warn": feedBad() }}>
        Feed {feedText()}
      </span>
      <span data-testid="tick-rate">
        Ticks {health() === undefined ? "–" : quantity(Math.round(health()?.ticksPerSecond ?? 0))}/s
      </span>
      <span data-testid="decision-latency" title="From a frame's arrival to its decisions, over the last second">
        Decision p50 {latency(health()?.decisionP50 ?? Number.NaN)} · p99 {latency(health()?.decisionP99 ?? Number.NaN)}
      </span>
      <span data-testid="unflushed" title="Decisions made but not yet durable">
        Unflushed {quantity(health()?.unflushed ?? Number.NaN)}
      </span>
      <span data-testid="database-lag" title="Journal records that the database has not seen yet">
        Database lag {quantity(health()?.databaseLag ?? Number.NaN)}
      </span>
      <Show when={skew() > 500 && terminal.hello()?.mode !== "sim"}>
        <span class="text-warn">Clock differs by {age(skew())}</span>
      </Show>
      <div class="flex-1" />
      <span title="Sequence number of the newest input">Input {largeOrMissing(health()?.sequence ?? 0)}</span>
      <span data-testid="digest" title={`Digest of all decisions: ${health()?.digest ?? ""}`}>
        Digest {health()?.digest.slice(0, 12) ?? "–"}
      </span>
      <button
        type="button"
        class="button button-small button-quiet"
        aria-pressed={isFrozen()}
        data-testid="freeze"
        onClick={() => setFrozen(!isFrozen())}
      >
        {isFrozen() ? "Updates paused: resume" : "Pause updates"}
      </button>
    </footer>
  )
}
