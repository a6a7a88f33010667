/** What the commands on history print. */
import type { DownloadProgress } from "@keepgaining/engine/history/downloadProgress.ts"
import type { ChunkProblem, DownloadStatus } from "@keepgaining/engine/history/DownloadRecords.ts"
import type { DownloadView } from "@keepgaining/engine/history/Downloads.ts"

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const days = (missing: ReadonlyArray<string>): string =>
  missing.length <= 4 ? missing.join(", ") : `${missing[0]} … ${missing.at(-1)} (${missing.length} days)`

export const statusText = (status: DownloadStatus): string => {
  const {
    candles,
    chunks,
    done,
    failed,
    from,
    id,
    incomplete,
    intervals,
    planned,
    repairs,
    requests,
    source,
    symbols,
    to
  } = status
  const repaired = Object.entries(repairs).filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`)
  const left = [
    ...(planned > 0 ? [`${planned} to be done`] : []),
    ...(incomplete > 0 ? [`${incomplete} incomplete`] : []),
    ...(failed > 0 ? [`${failed} failed`] : [])
  ]
  return [
    `${id}  ${source}, ${plural(symbols, "instrument")}, ${intervals.join(" and ")}, ${from} to ${to}`,
    `  ranges    ${done} of ${chunks} done${left.length === 0 ? "" : `, ${left.join(", ")}`}`,
    `  candles   ${candles}, with ${plural(requests, "answer")}`,
    ...(repaired.length === 0 ? [] : [`  repaired  ${repaired.join(", ")}`])
  ].join("\n")
}

export const problemText = ({ from, interval, missing, problem, state, symbol, to }: ChunkProblem): string =>
  `  ${symbol} ${interval} ${from} to ${to} ${state}: ${problem}${state === "incomplete" ? `: ${days(missing)}` : ""}`

const duration = (millis: number): string => {
  const seconds = Math.ceil(millis / 1_000)
  if (seconds < 90) return `${seconds} s`
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`
}

export const progressText = ({ candlesPerSecond, failed, remaining }: DownloadProgress): string => {
  const rate = `${Math.round(candlesPerSecond)} candles/s`
  const left = remaining === undefined ? "" : `, ${duration(remaining)} left`
  return `${rate}${left}${failed > 0 ? `, ${failed} failed` : ""}`
}

/** A download and what the engine does about it at the moment. */
export const viewText = ({ problem, progress, running, status, waiting }: DownloadView): string =>
  [
    statusText(status),
    ...(running
      ? [`  running   ${progress === undefined ? "begins" : progressText(progress)}`]
      : [
        ...(problem === "" ? [] : [`  ended     ${problem}`]),
        ...(waiting !== ""
          ? [`  goes on   once ${waiting}`]
          : status.goesOn
          ? ["  goes on   when the engine is started again"]
          : [])
      ])
  ].join("\n")

/** Said when something is left over. */
export const remedyText = ({ failed, id, incomplete }: DownloadStatus): string =>
  failed + incomplete === 0
    ? ""
    : `\`history status ${id}\` lists what is missing; \`history retry ${id}\` asks for it again` +
      (incomplete > 0 ? `, and \`history retry ${id} --accept\` takes missing days as days without trades` : "")
