/** What a person should look at now, the gravest first. */
import { createSignal } from "solid-js"
import { reasonLines } from "../orders/orderText.ts"
import { type Terminal } from "../state/Terminal.ts"

export interface Attention {
  readonly key: string
  readonly level: "grave" | "warning"
  readonly text: string
  readonly detail: string
  /** Event time since when, epoch ms; `NaN` when that is not known. */
  readonly since: number
  /** Where to see more of it. */
  readonly page: string
  /** It only goes away when it was acknowledged. */
  readonly acknowledge: boolean
}

const [acknowledged, setAcknowledged] = createSignal<ReadonlySet<string>>(new Set())

export const acknowledge = (key: string): void => void setAcknowledged((keys) => new Set([...keys, key]))

/** Newest rejections and refusals that are shown. */
const newest = 8

const alarmTitles: Readonly<Record<string, string>> = {
  "stale-feed": "Feed is mute",
  "feed-gap": "Gap in the feed",
  "daily-loss": "Daily loss limit",
  "open-position": "Position left open",
  margin: "Margin is not checked",
  "actor-stopped": "Actor stopped",
  "journal": "Journal",
  "calendar": "Calendar ends"
}

export const alarmTitle = (kind: string): string => alarmTitles[kind] ?? kind

export const attention = (terminal: Terminal): ReadonlyArray<Attention> => {
  const book = terminal.book()
  const list: Array<Attention> = []
  for (const [key, { decision }] of book.alarms) {
    list.push({
      key: `alarm ${key}`,
      level: decision.kind === "feed-gap" ? "warning" : "grave",
      text: `${alarmTitle(decision.kind)}: ${decision.subject}`,
      detail: decision.detail,
      since: decision.since,
      page: decision.kind === "actor-stopped" ? "/actors" : "/alerts",
      acknowledge: false
    })
  }
  const feed = terminal.health()?.feed
  if (feed === "stale" && ![...book.alarms.values()].some(({ decision }) => decision.kind === "stale-feed")) {
    list.push({
      key: "feed stale",
      level: "grave",
      text: "Feed is mute",
      detail: "No tick for longer than it should be. Prices on screen are old.",
      since: Number.NaN,
      page: "/alerts",
      acknowledge: false
    })
  }
  for (const { deployment, lastEvent, reason, state } of terminal.deployments().values()) {
    if (state !== "crashed") continue
    list.push({
      key: `crashed ${deployment.id}`,
      level: "grave",
      text: `${deployment.strategy} ${deployment.id} crashed`,
      detail: reason === "" ? lastEvent : reason,
      since: Number.NaN,
      page: `/strategies/${encodeURIComponent(deployment.id)}`,
      acknowledge: false
    })
  }
  for (const { decision, number } of book.refusals.slice(-newest).reverse()) {
    list.push({
      key: `refusal ${number}`,
      level: "warning",
      text: `Risk refused (${decision.rule}): ${terminal.nameOf(decision.instrument)}`,
      detail: decision.detail,
      since: decision.at,
      page: "/alerts",
      acknowledge: true
    })
  }
  let rejections = 0
  for (const order of [...book.orders.values()].reverse()) {
    if (order.status !== "rejected" && order.status !== "unknown") continue
    if (++rejections > newest) break
    list.push({
      key: `${order.status} ${order.id}`,
      level: order.status === "unknown" ? "grave" : "warning",
      text: order.status === "unknown"
        ? `Order ${order.id} ${terminal.nameOf(order.instrument)}: outcome not known, being asked for`
        : `Order ${order.id} ${terminal.nameOf(order.instrument)} rejected`,
      detail: reasonLines(order.reason).join(". "),
      since: order.updatedAt,
      page: "/orders",
      acknowledge: order.status === "rejected"
    })
  }
  const seen = acknowledged()
  return list
    .filter((entry) => !entry.acknowledge || !seen.has(entry.key))
    .sort((a, b) => Number(a.level === "warning") - Number(b.level === "warning"))
}
