/** The recorded NSE days among the shared data, as they are: dirty. */
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"

const shared = join(import.meta.dirname, "../../../../../shared/data")

/** Where a shared file is; `undefined` when this machine has none. */
export const sharedFile = (name: string): string | undefined => {
  const file = join(shared, name)
  return existsSync(file) ? file : undefined
}

export interface RecordedTick {
  /** Epoch ms. */
  readonly time: number
  /** Paise. */
  readonly price: number
  /** The day's cumulative volume. */
  readonly volume: number
}

/** Every row of the file by symbol, in the file's order. */
export const readRecordedDay = (file: string): ReadonlyMap<string, ReadonlyArray<RecordedTick>> => {
  const ticks = new Map<string, Array<RecordedTick>>()
  const lines = gunzipSync(readFileSync(file)).toString("utf8").split("\n")
  for (const line of lines.slice(1)) {
    const [timestamp = "", symbol = "", ltp, volume] = line.split(",")
    const time = parseIst(timestamp)
    if (time === undefined) continue
    const ofSymbol = ticks.get(symbol) ?? []
    ofSymbol.push({ time, price: Math.round(Number(ltp) * 100), volume: Number(volume) })
    ticks.set(symbol, ofSymbol)
  }
  return ticks
}
