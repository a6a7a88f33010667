/** All indicators, by name. */
import * as Alma from "./averages/Alma.ts"
import * as Dema from "./averages/Dema.ts"
import * as Ema from "./averages/Ema.ts"
import * as Hma from "./averages/Hma.ts"
import * as Kama from "./averages/Kama.ts"
import * as Sma from "./averages/Sma.ts"
import * as Smma from "./averages/Smma.ts"
import * as T3 from "./averages/T3.ts"
import * as Tema from "./averages/Tema.ts"
import * as Trima from "./averages/Trima.ts"
import * as Vwma from "./averages/Vwma.ts"
import * as Wma from "./averages/Wma.ts"
import * as Zlema from "./averages/Zlema.ts"
import * as HeikinAshi from "./candle/HeikinAshi.ts"
import type { AnyIndicator } from "./definition/Indicator.ts"
import * as AwesomeOscillator from "./momentum/AwesomeOscillator.ts"
import * as BalanceOfPower from "./momentum/BalanceOfPower.ts"
import * as Cci from "./momentum/Cci.ts"
import * as Cmo from "./momentum/Cmo.ts"
import * as Dpo from "./momentum/Dpo.ts"
import * as ElderRay from "./momentum/ElderRay.ts"
import * as FisherTransform from "./momentum/FisherTransform.ts"
import * as Kst from "./momentum/Kst.ts"
import * as Momentum from "./momentum/Momentum.ts"
import * as Ppo from "./momentum/Ppo.ts"
import * as RateOfChange from "./momentum/RateOfChange.ts"
import * as Rsi from "./momentum/Rsi.ts"
import * as Stochastic from "./momentum/Stochastic.ts"
import * as StochasticRsi from "./momentum/StochasticRsi.ts"
import * as Trix from "./momentum/Trix.ts"
import * as Tsi from "./momentum/Tsi.ts"
import * as UltimateOscillator from "./momentum/UltimateOscillator.ts"
import * as WilliamsR from "./momentum/WilliamsR.ts"
import * as AbandonedBaby from "./patterns/AbandonedBaby.ts"
import * as BeltHold from "./patterns/BeltHold.ts"
import * as ClosingMarubozu from "./patterns/ClosingMarubozu.ts"
import * as DarkCloudCover from "./patterns/DarkCloudCover.ts"
import * as Doji from "./patterns/Doji.ts"
import * as DojiStar from "./patterns/DojiStar.ts"
import * as DragonflyDoji from "./patterns/DragonflyDoji.ts"
import * as Engulfing from "./patterns/Engulfing.ts"
import * as EveningDojiStar from "./patterns/EveningDojiStar.ts"
import * as EveningStar from "./patterns/EveningStar.ts"
import * as GravestoneDoji from "./patterns/GravestoneDoji.ts"
import * as Hammer from "./patterns/Hammer.ts"
import * as HangingMan from "./patterns/HangingMan.ts"
import * as Harami from "./patterns/Harami.ts"
import * as HighWave from "./patterns/HighWave.ts"
import * as InvertedHammer from "./patterns/InvertedHammer.ts"
import * as Kicking from "./patterns/Kicking.ts"
import * as LongLeggedDoji from "./patterns/LongLeggedDoji.ts"
import * as Marubozu from "./patterns/Marubozu.ts"
import * as MorningDojiStar from "./patterns/MorningDojiStar.ts"
import * as MorningStar from "./patterns/MorningStar.ts"
import * as Piercing from "./patterns/Piercing.ts"
import * as RickshawMan from "./patterns/RickshawMan.ts"
import * as ShootingStar from "./patterns/ShootingStar.ts"
import * as SpinningTop from "./patterns/SpinningTop.ts"
import * as Takuri from "./patterns/Takuri.ts"
import * as ThreeBlackCrows from "./patterns/ThreeBlackCrows.ts"
import * as ThreeInside from "./patterns/ThreeInside.ts"
import * as ThreeLineStrike from "./patterns/ThreeLineStrike.ts"
import * as ThreeOutside from "./patterns/ThreeOutside.ts"
import * as ThreeWhiteSoldiers from "./patterns/ThreeWhiteSoldiers.ts"
import * as AnchoredVwap from "./session/AnchoredVwap.ts"
import * as CentralPivotRange from "./session/CentralPivotRange.ts"
import * as OpeningRange from "./session/OpeningRange.ts"
import * as PivotPoints from "./session/PivotPoints.ts"
import * as Vwap from "./session/Vwap.ts"
import * as Adx from "./trend/Adx.ts"
import * as Aroon from "./trend/Aroon.ts"
import * as Ichimoku from "./trend/Ichimoku.ts"
import * as LinearRegression from "./trend/LinearRegression.ts"
import * as Macd from "./trend/Macd.ts"
import * as ParabolicSar from "./trend/ParabolicSar.ts"
import * as Supertrend from "./trend/Supertrend.ts"
import * as Vortex from "./trend/Vortex.ts"
import * as ZigZag from "./trend/ZigZag.ts"
import * as Atr from "./volatility/Atr.ts"
import * as Bollinger from "./volatility/Bollinger.ts"
import * as ChandelierExit from "./volatility/ChandelierExit.ts"
import * as Choppiness from "./volatility/Choppiness.ts"
import * as Donchian from "./volatility/Donchian.ts"
import * as HistoricalVolatility from "./volatility/HistoricalVolatility.ts"
import * as Keltner from "./volatility/Keltner.ts"
import * as Natr from "./volatility/Natr.ts"
import * as StandardDeviation from "./volatility/StandardDeviation.ts"
import * as TrueRange from "./volatility/TrueRange.ts"
import * as UlcerIndex from "./volatility/UlcerIndex.ts"
import * as AccumulationDistribution from "./volume/AccumulationDistribution.ts"
import * as ChaikinMoneyFlow from "./volume/ChaikinMoneyFlow.ts"
import * as ChaikinOscillator from "./volume/ChaikinOscillator.ts"
import * as EaseOfMovement from "./volume/EaseOfMovement.ts"
import * as ForceIndex from "./volume/ForceIndex.ts"
import * as KlingerOscillator from "./volume/KlingerOscillator.ts"
import * as MoneyFlowIndex from "./volume/MoneyFlowIndex.ts"
import * as OnBalanceVolume from "./volume/OnBalanceVolume.ts"
import * as PercentageVolumeOscillator from "./volume/PercentageVolumeOscillator.ts"

const modules: ReadonlyArray<{ readonly indicator: AnyIndicator }> = [
  Sma,
  Ema,
  Wma,
  Dema,
  Tema,
  Trima,
  Hma,
  Kama,
  Alma,
  T3,
  Smma,
  Vwma,
  Zlema,
  Macd,
  Adx,
  Aroon,
  Vortex,
  ParabolicSar,
  Supertrend,
  Ichimoku,
  LinearRegression,
  ZigZag,
  Rsi,
  StochasticRsi,
  Stochastic,
  Ppo,
  RateOfChange,
  Momentum,
  Tsi,
  Cmo,
  WilliamsR,
  Cci,
  AwesomeOscillator,
  UltimateOscillator,
  Trix,
  Kst,
  Dpo,
  BalanceOfPower,
  FisherTransform,
  ElderRay,
  Bollinger,
  Keltner,
  Donchian,
  Atr,
  Natr,
  TrueRange,
  StandardDeviation,
  HistoricalVolatility,
  ChandelierExit,
  Choppiness,
  UlcerIndex,
  OnBalanceVolume,
  AccumulationDistribution,
  ChaikinMoneyFlow,
  ChaikinOscillator,
  MoneyFlowIndex,
  ForceIndex,
  EaseOfMovement,
  KlingerOscillator,
  PercentageVolumeOscillator,
  Vwap,
  AnchoredVwap,
  PivotPoints,
  CentralPivotRange,
  OpeningRange,
  HeikinAshi,
  Doji,
  DragonflyDoji,
  GravestoneDoji,
  LongLeggedDoji,
  Marubozu,
  SpinningTop,
  BeltHold,
  Hammer,
  HangingMan,
  InvertedHammer,
  ShootingStar,
  Engulfing,
  Harami,
  Piercing,
  DarkCloudCover,
  MorningStar,
  EveningStar,
  ThreeWhiteSoldiers,
  ThreeBlackCrows,
  ThreeOutside,
  ThreeInside,
  DojiStar,
  MorningDojiStar,
  EveningDojiStar,
  HighWave,
  ClosingMarubozu,
  RickshawMan,
  Takuri,
  Kicking,
  AbandonedBaby,
  ThreeLineStrike
]

const registry: ReadonlyArray<AnyIndicator> = modules.map(({ indicator }) => indicator)
/** What others call them. */
const aliases: Readonly<Record<string, string>> = {
  AD: "ADL",
  ADOSC: "ChaikinOscillator",
  AO: "AwesomeOscillator",
  BB: "Bollinger",
  BBANDS: "Bollinger",
  BollingerBands: "Bollinger",
  CHOP: "Choppiness",
  EOM: "EaseOfMovement",
  HV: "HistoricalVolatility",
  LINEARREG: "LinearRegression",
  MOM: "Momentum",
  RMA: "SMMA",
  SAR: "PSAR",
  STDDEV: "StdDev",
  STOCH: "Stochastic",
  StochasticRSI: "StochRSI",
  TRANGE: "TrueRange",
  ULTOSC: "UltimateOscillator",
  WILLR: "WilliamsR"
}

const key = (name: string): string => name.toLowerCase().replaceAll(/[\s_%-]/g, "")

const byName = new Map(registry.map((indicator) => [key(indicator.name), indicator]))
const byAlias = new Map(Object.entries(aliases).map(([alias, name]) => [key(alias), key(name)]))

export const allIndicators = (): ReadonlyArray<AnyIndicator> => registry

/** By its name or a common other one, without regard to case, blanks and hyphens. */
export const indicatorNamed = (name: string): AnyIndicator | undefined => {
  const asked = key(name)
  return byName.get(asked) ?? byName.get(byAlias.get(asked) ?? "")
}
