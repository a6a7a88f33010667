/** `keepgaining brokers gtt`: good-till-triggered orders of an account, through the running engine. */
import { paise } from "@keepgaining/core/market/Money.ts"
import { Product, Side } from "@keepgaining/core/orders/Order.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as crypto from "node:crypto"
import type { GttView } from "../../contract/Gtt.ts"
import { BAD_INPUT, fail } from "../command/CommandFailure.ts"
import { told } from "../running/throughEngine.ts"
import { accountNamed, throughEngine } from "./runningAccounts.ts"
import { shared } from "./services.ts"

const name = Argument.String("ACCOUNT").pipe(Argument.withDescription("Name of the account, or its broker"))

const rupees = (price: number): string => (price / 100).toFixed(2)

const lineOf = ({ brokerStatus, id, legs, product, quantity, side, status, symbol }: GttView): string =>
  [
    id.padEnd(20),
    `${side} ${quantity} ${symbol}, ${product}`.padEnd(44),
    legs.map(({ limitPrice, triggerPrice }) => `at ${rupees(triggerPrice)} limit ${rupees(limitPrice)}`).join(", or "),
    status === "unknown" ? brokerStatus : status
  ].join("  ")

const listCommand = Command.make(
  "list",
  { account: name, ...shared },
  Effect.fn("brokers.gtt.list")(function*({ account, data, json }) {
    yield* throughEngine(data, (client) =>
      Effect.gen(function*() {
        const view = yield* accountNamed(client, account)
        const orders = yield* client.ask((rpc) => rpc.GttOrders({ account: view.account })).pipe(Effect.mapError(told))
        if (json) return yield* Console.log(JSON.stringify(orders))
        yield* Console.log(orders.length === 0 ? "No GTT orders" : orders.map(lineOf).join("\n"))
      }))
  })
).pipe(Command.withDescription("The account's GTT orders as the broker lists them"))

/** Paise; `undefined` for what is no price. */
const inPaise = (given: number): number | undefined => {
  const price = Math.round(given * 100)
  return price > 0 && Math.abs(price - given * 100) < 1e-6 ? price : undefined
}

const placeCommand = Command.make(
  "place",
  {
    account: name,
    symbol: Argument.String("SYMBOL").pipe(Argument.withDescription("NSE:RELIANCE")),
    side: Flag.Literals("side", Side.literals).pipe(Flag.withDescription("buy or sell")),
    quantity: Flag.Int("quantity").pipe(Flag.withDescription("Shares, or units of whole lots")),
    trigger: Flag.Finite("trigger").pipe(Flag.withDescription("Price in rupees at which it is placed")),
    limit: Flag.Finite("limit").pipe(
      Flag.withDescription("Limit of the order that is placed; the trigger when not given"),
      Flag.optional
    ),
    trigger2: Flag.Finite("trigger2").pipe(
      Flag.withDescription("A second trigger: the first of the two that is reached cancels the other"),
      Flag.optional
    ),
    limit2: Flag.Finite("limit2").pipe(Flag.withDescription("Limit of the second"), Flag.optional),
    product: Flag.Literals("product", Product.literals).pipe(
      Flag.withDescription("delivery, carry or intraday, as the broker allows for GTT orders"),
      Flag.withDefault("delivery" as const)
    ),
    ...shared
  },
  Effect.fn("brokers.gtt.place")(function*(input) {
    const { account, data, json, product, quantity, side, symbol } = input
    if (Option.isSome(input.limit2) && Option.isNone(input.trigger2)) {
      return yield* fail("Usage", "--limit2 belongs to a --trigger2", BAD_INPUT)
    }
    const pairs = [
      [input.trigger, Option.getOrElse(input.limit, () => input.trigger)] as const,
      ...Option.match(input.trigger2, {
        onNone: () => [],
        onSome: (trigger) => [[trigger, Option.getOrElse(input.limit2, () => trigger)] as const]
      })
    ]
    const legs: Array<
      { readonly triggerPrice: ReturnType<typeof paise>; readonly limitPrice: ReturnType<typeof paise> }
    > = []
    for (const [trigger, limit] of pairs) {
      const triggerPrice = inPaise(trigger)
      const limitPrice = inPaise(limit)
      if (triggerPrice === undefined || limitPrice === undefined) {
        return yield* fail("Usage", "triggers and limits are prices above 0, in rupees with whole paise", BAD_INPUT)
      }
      legs.push({ triggerPrice: paise(triggerPrice), limitPrice: paise(limitPrice) })
    }
    if (quantity <= 0) return yield* fail("Usage", `--quantity: ${quantity} is not above 0`, BAD_INPUT)
    yield* throughEngine(data, (client) =>
      Effect.gen(function*() {
        const view = yield* accountNamed(client, account)
        // Once for all repetitions of the call: they are one order.
        const call = { account: view.account, commandId: crypto.randomUUID(), bootId: client.hello().bootId }
        const id = yield* client.ask((rpc) => rpc.PlaceGtt({ ...call, symbol, side, quantity, product, legs })).pipe(
          Effect.mapError(told)
        )
        yield* Console.log(json ? JSON.stringify({ account: view.account, id }) : `${view.account} has GTT order ${id}`)
      }))
  })
).pipe(Command.withDescription("Place a GTT order; the account must be armed for the day"))

const cancelCommand = Command.make(
  "cancel",
  { account: name, id: Argument.String("ID").pipe(Argument.withDescription("As the list shows it")), ...shared },
  Effect.fn("brokers.gtt.cancel")(function*({ account, data, id, json }) {
    yield* throughEngine(data, (client) =>
      Effect.gen(function*() {
        const view = yield* accountNamed(client, account)
        yield* client.ask((rpc) => rpc.CancelGtt({ account: view.account, id })).pipe(Effect.mapError(told))
        yield* Console.log(json ? JSON.stringify({ account: view.account, id }) : `${id} is cancelled`)
      }))
  })
).pipe(Command.withDescription("Cancel a GTT order"))

export const gttCommand = Command.make("gtt").pipe(
  Command.withDescription("Good-till-triggered orders of an account: list, place, cancel; needs a running engine"),
  Command.withSubcommands([listCommand, placeCommand, cancelCommand])
)
