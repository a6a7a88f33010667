/**
 * The drawing library behind a port of our own. It knows no time zones, so it is given times shifted by the Indian
 * offset and shows them as they are; prices become rupees here.
 */
import { type Candle } from "@keepgaining/core/candles/Candle.ts"
import { formatIst, IST_OFFSET_MS } from "@keepgaining/core/market/IndianTime.ts"
import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IPriceLine,
  LineStyle,
  type SeriesMarker,
  TickMarkType,
  type UTCTimestamp
} from "lightweight-charts"
import { placeAt } from "./candleSeries.ts"
import { type Level, type Mark } from "./overlays.ts"

export interface ChartColours {
  readonly background: string
  readonly text: string
  readonly line: string
  readonly up: string
  readonly down: string
  readonly accent: string
  readonly warn: string
}

export interface CandleChart {
  readonly setCandles: (candles: ReadonlyArray<Candle>) => void
  /** The newest candle, new or changed. */
  readonly updateLast: (candle: Candle) => void
  readonly setMarks: (marks: ReadonlyArray<Mark>, candles: ReadonlyArray<Candle>) => void
  readonly setLevels: (levels: ReadonlyArray<Level>) => void
  readonly setColours: (colours: ChartColours) => void
  readonly showNewest: () => void
  readonly dispose: () => void
}

// The library's time is a branded number of seconds; this is the one place that makes it.
const chartTime = (instant: number): UTCTimestamp => Math.floor((instant + IST_OFFSET_MS) / 1_000) as UTCTimestamp

const instantOf = (time: number): number => time * 1_000 - IST_OFFSET_MS

const bar = (candle: Candle) => ({
  time: chartTime(candle.start),
  open: candle.open / 100,
  high: candle.high / 100,
  low: candle.low / 100,
  close: candle.close / 100
})

const rupeesFormat = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })

const tickText = (time: number, type: TickMarkType): string => {
  const text = formatIst(instantOf(time))
  switch (type) {
    case TickMarkType.Year:
      return text.slice(0, 4)
    case TickMarkType.Month:
    case TickMarkType.DayOfMonth:
      return `${text.slice(8, 10)}/${text.slice(5, 7)}`
    case TickMarkType.Time:
      return text.slice(11, 16)
    case TickMarkType.TimeWithSeconds:
      return text.slice(11, 19)
  }
}

/** Draws into the element. `onPoint` gets the start of the candle under the pointer, `undefined` when there is none. */
export const makeCandleChart = (
  element: HTMLElement,
  first: ChartColours,
  onPoint: (start: number | undefined) => void
): CandleChart => {
  let colours = first
  const look = (): Parameters<typeof chart.applyOptions>[0] => ({
    layout: {
      background: { type: ColorType.Solid, color: colours.background },
      textColor: colours.text,
      fontFamily: "Inter, system-ui, sans-serif",
      fontSize: 11,
      attributionLogo: true
    },
    grid: { vertLines: { color: colours.line }, horzLines: { color: colours.line } },
    rightPriceScale: { borderColor: colours.line },
    timeScale: { borderColor: colours.line }
  })
  const chart = createChart(element, {
    autoSize: true,
    localization: {
      locale: "en-IN",
      priceFormatter: (value: number) => rupeesFormat.format(value),
      timeFormatter: (time: unknown) => `${formatIst(instantOf(Number(time))).slice(0, 19).replace("T", " ")} IST`
    },
    timeScale: {
      timeVisible: true,
      secondsVisible: true,
      rightOffset: 8,
      tickMarkFormatter: (time: unknown, type: TickMarkType) => tickText(Number(time), type)
    },
    crosshair: { mode: 0 }
  })
  const candleOptions = () => ({
    upColor: colours.up,
    downColor: colours.down,
    wickUpColor: colours.up,
    wickDownColor: colours.down,
    borderVisible: false
  })
  const series = chart.addSeries(CandlestickSeries, candleOptions())
  const volume = chart.addSeries(HistogramSeries, {
    priceScaleId: "volume",
    priceFormat: { type: "volume" },
    lastValueVisible: false,
    priceLineVisible: false
  })
  series.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 } })
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } })
  const markers = createSeriesMarkers(series, [])
  let lines: Array<IPriceLine> = []
  let shown: ReadonlyArray<Candle> = []
  let marks: ReadonlyArray<Mark> = []
  let levels: ReadonlyArray<Level> = []
  chart.applyOptions(look())

  const column = (candle: Candle) => ({
    time: chartTime(candle.start),
    value: candle.volume,
    color: `${candle.close >= candle.open ? colours.up : colours.down}66`
  })

  const drawMarks = (): void => {
    markers.setMarkers(marks.flatMap((mark): ReadonlyArray<SeriesMarker<UTCTimestamp>> => {
      const candle = shown[placeAt(shown, mark.at)]
      if (candle === undefined) return []
      const time = chartTime(candle.start)
      switch (mark.kind) {
        case "buy":
          return [{ time, position: "belowBar", shape: "arrowUp", color: colours.up, text: mark.text }]
        case "sell":
          return [{ time, position: "aboveBar", shape: "arrowDown", color: colours.down, text: mark.text }]
        default:
          return [{
            time,
            position: mark.kind === "short" ? "aboveBar" : "belowBar",
            shape: "circle",
            color: colours.accent,
            text: mark.text
          }]
      }
    }))
  }
  const drawLevels = (): void => {
    for (const line of lines) series.removePriceLine(line)
    const colour = { position: colours.text, order: colours.accent, stop: colours.warn, target: colours.up }
    lines = levels.map((level) =>
      series.createPriceLine({
        price: level.price / 100,
        color: colour[level.kind],
        lineWidth: 1,
        lineStyle: level.kind === "position" ? LineStyle.Solid : LineStyle.Dashed,
        axisLabelVisible: true,
        title: level.title
      })
    )
  }
  const drawCandles = (): void => {
    series.setData(shown.map(bar))
    volume.setData(shown.map(column))
  }

  chart.subscribeCrosshairMove(({ time }) => onPoint(typeof time === "number" ? instantOf(time) : undefined))

  return {
    setCandles: (candles) => {
      shown = candles
      drawCandles()
      drawMarks()
    },
    updateLast: (candle) => {
      series.update(bar(candle))
      volume.update(column(candle))
    },
    setMarks: (next, candles) => {
      marks = next
      shown = candles
      drawMarks()
    },
    setLevels: (next) => {
      levels = next
      drawLevels()
    },
    setColours: (next) => {
      colours = next
      chart.applyOptions(look())
      series.applyOptions(candleOptions())
      drawCandles()
      drawMarks()
      drawLevels()
    },
    showNewest: () => chart.timeScale().scrollToRealTime(),
    dispose: () => chart.remove()
  }
}
