/** Everything that the terminal knows of the running session, as signals, and the way to ask the session for something. */
import { type ClientCommand, type CommandOutcome, type KillStage } from "@keepgaining/core/commands/Command.ts"
import { type Instrument } from "@keepgaining/core/market/Instrument.ts"
import { type Order } from "@keepgaining/core/orders/Order.ts"
import { type Health, type Hello, type ReplayState } from "@keepgaining/rpc/contract/System.ts"
import {
  type DeploymentView,
  type Event,
  type Portfolio,
  type PositionView
} from "@keepgaining/rpc/contract/Trading.ts"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Accessor, batch, createContext, createMemo, createRenderEffect, createSignal, useContext } from "solid-js"
import { bare, title } from "../format/symbols.ts"
import { untilText } from "../format/times.ts"
import { type Link, makeLink, type Rpcs } from "../link/Link.ts"
import { describeLink, type LinkState } from "../link/LinkState.ts"
import { reasonLines } from "../orders/orderText.ts"
import { applyEvent, decidedAt, emptyBook, type EventBook } from "./EventBook.ts"
import { isFrozen } from "./frozen.ts"
import { makeNotices, type Notices } from "./Notices.ts"
import { QuoteStore } from "./QuoteStore.ts"

export interface Terminal {
  readonly link: Link
  readonly linkState: Accessor<LinkState>
  readonly hello: Accessor<Hello | undefined>
  /** Round trip to the server, ms. */
  readonly ping: Accessor<number>
  readonly instruments: Accessor<ReadonlyArray<Instrument>>
  readonly indexOf: (symbol: string) => number | undefined
  /** Without exchange, or a dash for an index that is not known. */
  readonly nameOf: (instrument: number) => string
  readonly quotes: QuoteStore
  /** The events so far; reading it subscribes to its changes. */
  readonly book: () => EventBook
  readonly portfolio: Accessor<Portfolio | undefined>
  readonly positions: Accessor<ReadonlyMap<string, PositionView>>
  readonly deployments: Accessor<ReadonlyMap<string, DeploymentView>>
  readonly health: Accessor<Health | undefined>
  readonly replay: Accessor<ReplayState | undefined>
  readonly setReplay: (state: ReplayState) => void
  /** Event time of the session, epoch ms. */
  readonly now: Accessor<number>
  readonly killStage: Accessor<KillStage>
  readonly notices: Notices
  /** Why nothing can be sent to the engine now; `undefined` when it can. */
  readonly blocked: Accessor<string | undefined>
  /** Runs a command once and shows what became of it. Never fails. */
  readonly run: (label: string, command: ClientCommand, options?: RunOptions) => Promise<CommandOutcome>
}

export interface RunOptions {
  /** Made when a form opens, so that the same press is the same command however often it is sent. */
  readonly commandId?: string
  /** The connection was lost before the answer came; it is being asked for. */
  readonly onLost?: () => void
}

export const positionKey = (position: { readonly book: string; readonly instrument: number }): string =>
  `${position.book}|${position.instrument}`

const TerminalContext = createContext<Terminal>()
export const TerminalProvider = TerminalContext.Provider

export const useTerminal = (): Terminal => {
  const terminal = useContext(TerminalContext)
  if (terminal === undefined) throw new Error("useTerminal outside of the terminal's provider")
  return terminal
}

/** Frames a second that a table in view gets. */
const quoteRate = 10

/** Holds the server's largest chunk of events, so that a busy page does not hold up the socket for all others. */
const eventBuffer = 1_024

const socketUrl = (): string => `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/rpc`

const untilHidden = Effect.callback<void>((resume) => {
  const look = (): void => {
    if (document.visibilityState === "hidden") resume(Effect.void)
  }
  document.addEventListener("visibilitychange", look)
  return Effect.sync(() => document.removeEventListener("visibilitychange", look))
})

const untilVisible = Effect.callback<void>((resume) => {
  const look = (): void => {
    if (document.visibilityState === "visible") resume(Effect.void)
  }
  document.addEventListener("visibilitychange", look)
  look()
  return Effect.sync(() => document.removeEventListener("visibilitychange", look))
})

/** Must be called inside a Solid root that lives as long as the page. */
export const createTerminal = (): Terminal => {
  const [linkState, setLinkState] = createSignal<LinkState>({ _tag: "connecting" })
  const [hello, setHello] = createSignal<Hello>()
  const [ping, setPing] = createSignal(Number.NaN)
  const [instruments, setInstruments] = createSignal<ReadonlyArray<Instrument>>([])
  const [portfolio, setPortfolio] = createSignal<Portfolio>()
  const [health, setHealth] = createSignal<Health>()
  const [replay, setReplay] = createSignal<ReplayState>()
  const [version, setVersion] = createSignal(0)
  const quotes = new QuoteStore()
  const notices = makeNotices()
  let book = emptyBook()
  /** Event time at which this view began: what was decided before is no news. */
  let newsFrom = Number.POSITIVE_INFINITY

  createRenderEffect(() => quotes.freeze(isFrozen()))

  const bySymbol = createMemo(() => new Map(instruments().map((instrument, index) => [instrument.symbol, index])))

  const reset = (): void => {
    book = emptyBook()
    newsFrom = Number.POSITIVE_INFINITY
    quotes.reset(0)
    batch(() => {
      setInstruments([])
      setPortfolio(undefined)
      setReplay(undefined)
      setVersion((version) => version + 1)
    })
  }

  const tellNews = ({ decision }: Event): void => {
    switch (decision._tag) {
      case "Filled":
        return notices.count("fill")
      case "PositionSettled":
        return notices.show("info", `Expired: ${decision.detail}`)
      case "SignalRaised":
        return notices.count("signal")
      case "Alarm":
        return notices.announce(`${decision.raised ? "Alarm" : "Alarm ended"}: ${decision.detail}`)
      case "RiskRefused":
        return notices.show("refusal", `Risk refused: ${decision.detail}`)
      case "AccountArmed":
        return notices.show(
          decision.until > 0 ? "warning" : "info",
          decision.until > 0
            ? `${decision.account} is armed: it takes live orders until ${untilText(decision.until)}`
            : `${decision.account} is disarmed: it takes exits only`
        )
      case "OrderChanged":
        return tellOrder(decision.order)
      default:
        return
    }
  }

  const tellOrder = ({ id, instrument, reason, status }: Order): void => {
    if (status !== "rejected" && status !== "unknown") return
    // The book has it already as its newest step.
    if (book.steps.get(id)?.at(-2)?.order.status === status) return
    const name = `Order ${id} ${nameOf(instrument)}`
    const why = reasonLines(reason).join(". ")
    if (status === "rejected") notices.show("refusal", `${name} rejected: ${why === "" ? "no reason" : why}`)
    else notices.show("warning", `${name}: no answer came, its broker is being asked. ${why}`)
  }

  const takeEvents = (events: ReadonlyArray<Event>): void => {
    link.heard()
    let changed = false
    for (const event of events) {
      if (!applyEvent(book, event)) continue
      changed = true
      if (decidedAt(event.decision) >= newsFrom) tellNews(event)
    }
    if (changed) setVersion((version) => version + 1)
  }

  const subscriptions = (rpc: Rpcs, greeting: Hello): ReadonlyArray<Effect.Effect<unknown, unknown>> => {
    const frames = Stream.runForEach(
      rpc.Quotes({ instruments: [], perSecond: quoteRate }, { streamBufferSize: 1 }),
      (frame) =>
        Effect.sync(() => {
          link.heard()
          quotes.apply(frame)
        })
    )
    const followed = [
      // A hidden tab asks for nothing; when it is looked at again, the first frame is a full snapshot. The race ends
      // with an answer only when the tab was hidden, or as the stream did.
      Effect.forever(
        Effect.andThen(
          untilVisible,
          Effect.raceFirst(Effect.andThen(frames, Effect.fail("quotes ended")), untilHidden)
        )
      ),
      Effect.suspend(() =>
        Stream.runForEachArray(
          rpc.Events({ after: book.last }, { streamBufferSize: eventBuffer }),
          (events) => Effect.sync(() => takeEvents(events))
        )
      ),
      Stream.runForEach(rpc.Portfolio(), (value) => Effect.sync(() => setPortfolio(value))),
      Stream.runForEach(rpc.Health(), (value) =>
        Effect.sync(() => {
          link.heard()
          newsFrom = Math.min(newsFrom, value.now)
          setHealth(value)
        })),
      ...(greeting.mode === "replay"
        ? [
          Stream.runForEach(rpc.Replay(), (value) => Effect.sync(() => setReplay(value))).pipe(
            // A server that has no replay after all: the rest goes on without.
            Effect.catchTag("NotFound", () => Effect.never)
          )
        ]
        : [])
    ]
    const first = Effect.map(rpc.Instruments(), (list) => void setInstruments(list))
    return [Effect.andThen(first, Effect.raceAllFirst(followed))]
  }

  const link = makeLink(socketUrl(), {
    onState: (next) => {
      const before = linkState()
      setLinkState(next)
      if (before._tag === "live" && (next._tag === "reconnecting" || next._tag === "stalled")) {
        notices.alert("Connection to the engine lost. The engine keeps trading; this view is frozen.")
      }
      if (before._tag !== "live" && next._tag === "live") notices.announce(`Engine ${describeLink(next)}`)
    },
    onHello: (greeting, millis) => {
      const known = hello()
      if (known !== undefined && known.sessionId !== greeting.sessionId) reset()
      batch(() => {
        setHello(greeting)
        setPing(millis)
      })
    },
    onPing: (millis) => setPing(millis),
    subscriptions
  })

  const nameOf = (index: number): string => {
    const instrument = instruments()[index]
    return instrument === undefined ? "–" : title(instrument)
  }

  const positions = createMemo(() => new Map((portfolio()?.positions ?? []).map((one) => [positionKey(one), one])))
  const deployments = createMemo(() => new Map((portfolio()?.deployments ?? []).map((one) => [one.deployment.id, one])))
  const now = createMemo(() => {
    const latest = Math.max(quotes.now() || 0, health()?.now ?? 0)
    return latest === 0 ? Number.NaN : latest
  })
  const killStage = createMemo((): KillStage => portfolio()?.killStage ?? "none")
  const blocked = createMemo(() => {
    const state = linkState()
    if (state._tag !== "live") return `Not possible while ${describeLink(state)}`
    if (hello()?.scope === "view") return "This login may look, but not trade"
    return undefined
  })

  const run: Terminal["run"] = async (label, command, options = {}) => {
    const commandId = options.commandId ?? crypto.randomUUID()
    try {
      const outcome = await link.execute(commandId, command, () => {
        options.onLost?.()
        notices.show("warning", `${label}: connection lost, the outcome is not known yet and is being asked for`)
      })
      switch (outcome._tag) {
        case "Done":
          notices.show("info", outcome.orderId === undefined ? `${label}: done` : `${label}: order ${outcome.orderId}`)
          return outcome
        case "Refused":
          notices.show("refusal", `${label}: ${outcome.reason}`, outcome.remedy)
          return { _tag: "Refused", reason: outcome.reason, remedy: outcome.remedy }
        case "Unauthorized":
          notices.show("refusal", `${label}: ${outcome.message}`)
          return { _tag: "Refused", reason: outcome.message, remedy: "Log in with a key that may trade." }
      }
    } catch (defect) {
      const reason = `The terminal could not send it: ${String(defect)}`
      notices.show("refusal", `${label}: ${reason}`)
      return { _tag: "Refused", reason, remedy: "Look at the orders before you try again." }
    }
  }

  return {
    link,
    linkState,
    hello,
    ping,
    instruments,
    indexOf: (symbol) => bySymbol().get(symbol) ?? bySymbol().get(`NSE:${bare(symbol)}`),
    nameOf,
    quotes,
    book: () => {
      version()
      return book
    },
    portfolio,
    positions,
    deployments,
    health,
    replay,
    setReplay,
    now,
    killStage,
    notices,
    blocked,
    run
  }
}
