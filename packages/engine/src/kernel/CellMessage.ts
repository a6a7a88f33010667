/** What reaches the actors of a cell besides ticks and candle closes, and how each kind takes it. */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import type { GuardInstruction } from "@keepgaining/core/orders/Guard.ts"
import type { ExchangeInstruction } from "@keepgaining/core/orders/Order.ts"
import type { OrderUpdate } from "@keepgaining/core/strategies/Strategy.ts"
import type { CellActor } from "./Cell.ts"
import type { CellTick } from "./InputRing.ts"
import type { StrategyActor } from "./StrategyActor.ts"

export type CellMessage =
  | { readonly _tag: "Instruct"; readonly instruction: ExchangeInstruction }
  | { readonly _tag: "Guard"; readonly instruction: GuardInstruction }
  | { readonly _tag: "Update"; readonly deployment: string; readonly update: OrderUpdate }
  | { readonly _tag: "Timer"; readonly deployment: string }
  /** Candles from before the session, before it starts. */
  | { readonly _tag: "WarmUp"; readonly deployment: string; readonly candles: ReadonlyArray<Candle> }
  | { readonly _tag: "Start"; readonly deployment: string }
  | { readonly _tag: "Stop"; readonly deployment: string }
  | { readonly _tag: "SessionEnd" }
  /** The whole feed was silent for long and is back. */
  | { readonly _tag: "FeedGap" }
  /** An input that the strategy had failed at, once more. */
  | { readonly _tag: "Retry"; readonly deployment: string; readonly input: RetainedInput }

/** An input of a strategy that outlives the ring. Plain data. */
export type RetainedInput =
  | { readonly _tag: "Tick"; readonly tick: CellTick }
  | { readonly _tag: "Candles"; readonly candles: ReadonlyArray<Candle> }
  | { readonly _tag: "Message"; readonly message: CellMessage }

/** What it takes to try a dead letter again. */
export interface LetterRetry {
  readonly instrument: number
  readonly deployment: string
  readonly input: RetainedInput
}

/** Hands a message to the actor that it is for. */
export const handMessage = (actor: CellActor, message: CellMessage, now: number): void => {
  switch (actor.kind) {
    case "book":
      if (message._tag === "Instruct") actor.instruct(message.instruction)
      else if (message._tag === "SessionEnd") actor.sessionEnd(now)
      return
    case "guard":
      if (message._tag === "Guard") actor.instruct(message.instruction)
      else if (message._tag === "SessionEnd") actor.sessionEnd()
      return
    case "strategy":
      if (message._tag === "Update") actor.update(message.update)
      else if (message._tag === "Timer") actor.fireTimers(now)
      else if (message._tag === "WarmUp") actor.warmUp(message.candles)
      else if (message._tag === "Start") actor.start()
      else if (message._tag === "Stop") actor.stop()
      else if (message._tag === "Retry") handAgain(actor, message.input, now)
      return
    case "instrument":
      if (message._tag === "FeedGap") actor.builder.passGap()
      return
  }
}

const handAgain = (actor: StrategyActor, input: RetainedInput, now: number): void => {
  if (input._tag === "Tick") actor.observe(input.tick)
  else if (input._tag === "Candles") { for (const candle of input.candles) actor.candle(candle) }
  else handMessage(actor, input.message, now)
}
