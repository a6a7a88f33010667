/** Quote cells a second that one server gives to its clients over real sockets, and what a cell costs. */
import type { Figure } from "../../engine/bench/Figure.ts"
import { KeepGaining } from "../src/client/KeepGaining.ts"
import { quoteFields } from "../src/contract/Market.ts"
import { startServer } from "./server.ts"

const CLIENTS = 8
const SECONDS = 5

export const streaming = async (): Promise<Figure> => {
  await using server = await startServer(["--pace", "20"])
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => KeepGaining.connect({ url: server.url, token: server.token }))
  )
  let cells = 0
  const subscriptions = await Promise.all(clients.map(async (client) => {
    const symbols = (await client.instruments()).map(({ symbol }) => symbol)
    return client.quotes(symbols).subscribe(() => cells += quoteFields.length)
  }))
  await sleep(1_000)
  cells = 0
  const cpuBefore = server.cpuMillis()
  const started = performance.now()
  await sleep(SECONDS * 1_000)
  const millis = performance.now() - started
  const cpu = server.cpuMillis() - cpuBefore
  for (const subscription of subscriptions) subscription.unsubscribe()
  await Promise.all(clients.map((client) => client.close()))
  const perSecond = cells * 1_000 / millis
  return {
    what: `RPC streaming to ${CLIENTS} clients, the whole demo market at 20 times its pace`,
    measured: `${Math.round(perSecond).toLocaleString("en-IN")} cells/s`,
    yardstick: `${(cpu * 100 / millis).toFixed(0)} % of a core for engine and server together`,
    ratio: `${(cells / Math.max(1, cpu)).toFixed(0)} cells per CPU ms`,
    goal: "",
    met: undefined
  }
}

const sleep = (millis: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, millis))
