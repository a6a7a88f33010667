/**
 * How many requests each broker takes of a customer, as its documents say (2026-11): which endpoints count together, and how
 * many in which windows, wherever these begin. A table of its own, so that whoever keeps limits is not checked against himself.
 */
import type { Broker } from "../../port/Broker.ts"
import type { SimRoute } from "./SimBroker.ts"

interface Limit {
  readonly calls: number
  /** ms. */
  readonly window: number
}

type Asked = Pick<SimRoute, "method" | "path" | "operation">

interface Counted {
  /** What counts together. */
  readonly together: string
  readonly limits: ReadonlyArray<Limit>
}

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

const within = (second: number, ...rest: ReadonlyArray<readonly [calls: number, window: number]>) => [
  { calls: second, window: SECOND },
  ...rest.map(([calls, window]) => ({ calls, window }))
]

const isOrder = ({ operation }: Asked): boolean =>
  operation === "place" || operation === "modify" || operation === "cancel"

/** Every API by itself. */
const upstox = (asked: Asked): Counted => ({
  together: `${asked.method} ${asked.path}`,
  limits: within(
    isOrder(asked) || (asked.operation === "gtt" && asked.method !== "GET") ? 10 : 50,
    [500, MINUTE],
    [2_000, 30 * MINUTE]
  )
})

const kite = (asked: Asked): Counted =>
  isOrder(asked)
    ? { together: "orders", limits: within(10, [400, MINUTE], [5_000, DAY]) }
    : asked.operation === "quotes"
    ? { together: "quotes", limits: within(1) }
    : asked.operation === "candles"
    ? { together: "candles", limits: within(3) }
    : { together: "others", limits: within(10) }

const angel = (asked: Asked): Counted => {
  const { operation, path } = asked
  if (isOrder(asked)) return { together: "orders", limits: within(9, [500, MINUTE], [1_000, HOUR]) }
  if (operation === "gtt") return { together: path, limits: within(9) }
  if (operation === "candles") return { together: "candles", limits: within(3, [180, MINUTE], [5_000, HOUR]) }
  if (operation === "quotes" || operation === "margin" || path.startsWith("/order/v1/details")) {
    return { together: path, limits: within(10, [500, MINUTE], [5_000, HOUR]) }
  }
  return { together: path, limits: within(operation === "funds" ? 2 : operation === "profile" ? 3 : 1) }
}

const fyers = (): Counted => ({ together: "all", limits: within(10, [200, MINUTE], [100_000, DAY]) })

const countedBy: Readonly<Record<Broker, (asked: Asked) => Counted>> = { upstox, kite, angel, fyers }

/** Lists are not asked for by customers, and logins have pages. */
const isCounted = ({ operation }: Asked): boolean => operation !== "instruments" && operation !== "login"

export class CallLimits {
  readonly #times = new Map<string, Array<number>>()

  /** Counts the request; whether it is one too many. `now`: epoch ms. */
  exceeds(broker: Broker, account: string, asked: Asked, now: number): boolean {
    if (!isCounted(asked)) return false
    const { limits, together } = countedBy[broker](asked)
    const key = `${broker} ${account} ${together}`
    const times = this.#times.get(key) ?? []
    times.push(now)
    this.#times.set(key, times)
    const most = Math.max(...limits.map(({ calls }) => calls))
    if (times.length > 2 * most) times.splice(0, times.length - most - 1)
    return limits.some(({ calls, window }) => {
      const blocking = times.at(-(calls + 1))
      return blocking !== undefined && now - blocking < window
    })
  }
}
