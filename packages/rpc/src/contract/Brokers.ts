/** Broker accounts: how they do, what they hold, and their logins. Times are epoch ms, amounts paise. */
import { Paise } from "@keepgaining/core/market/Money.ts"
import { OrderType, Product, Side, Validity } from "@keepgaining/core/orders/Order.ts"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { Refused, Unauthorized } from "./Failures.ts"

export const BrokerName = Schema.Literals(["upstox", "kite", "angel", "fyers"])
export type BrokerName = typeof BrokerName.Type

export const StreamView = Schema.Struct({
  /** `off`: nobody wants it. `waiting`: it ended and will be opened again. */
  state: Schema.Literals(["off", "connecting", "live", "waiting"]),
  detail: Schema.String,
  reconnects: Schema.Int,
  lastHeardAt: Schema.NullOr(Schema.Finite)
})
export type StreamView = typeof StreamView.Type

export const FundsView = Schema.Struct({ available: Paise, used: Paise })

export const AccountView = Schema.Struct({
  account: Schema.String,
  broker: BrokerName,
  userId: Schema.String,
  /** Of the broker's profile, once it is known. */
  name: Schema.NullOr(Schema.String),
  exchanges: Schema.Array(Schema.String),
  /** Whether the engine may log in by itself. */
  automatic: Schema.Boolean,
  /** It stands for the simulator, not for a real account. */
  simulated: Schema.Boolean,
  /** Its orders go to the broker's sandbox, which can be asked nothing. */
  sandbox: Schema.Boolean,
  /** What brokers want to know of whoever sends orders by program; real accounts take no live order without both. */
  staticIp: Schema.NullOr(Schema.String),
  algo: Schema.NullOr(Schema.String),
  /** Its place in the user's order of preference, from 1; `since` in epoch ms. */
  preference: Schema.NullOr(Schema.Struct({ place: Schema.Int, since: Schema.Finite })),
  /** The user wants no new positions there. */
  excluded: Schema.NullOr(Schema.Struct({ since: Schema.Finite })),
  phase: Schema.Literals(["logged-out", "logging-in", "connecting", "live", "unreachable"]),
  detail: Schema.String,
  since: Schema.Finite,
  tokenEndsAt: Schema.NullOr(Schema.Finite),
  nextLoginAt: Schema.NullOr(Schema.Finite),
  feed: Schema.Struct({ ...StreamView.fields, instruments: Schema.Int, frames: Schema.Finite, malformed: Schema.Int }),
  orders: StreamView,
  funds: Schema.NullOr(FundsView),
  openOrders: Schema.Int,
  openPositions: Schema.Int,
  /** What the last comparison of our books with the broker's found; nothing when all agrees. */
  differences: Schema.Array(Schema.String),
  reconciledAt: Schema.NullOr(Schema.Finite),
  callsWaiting: Schema.Int,
  /** Kinds of calls that are left alone for a moment because they keep failing. */
  resting: Schema.Array(Schema.String)
})
export type AccountView = typeof AccountView.Type

export const BrokersView = Schema.Struct({
  /** Clock of the server: countdowns are against it. */
  serverTime: Schema.Finite,
  accounts: Schema.Array(AccountView)
})
export type BrokersView = typeof BrokersView.Type

/** An order as the broker's own book has it, ours or not. */
export const BrokerOrderView = Schema.Struct({
  orderId: Schema.String,
  tag: Schema.optionalKey(Schema.String),
  symbol: Schema.String,
  side: Side,
  type: OrderType,
  product: Product,
  validity: Validity,
  quantity: Schema.Int,
  filled: Schema.Int,
  averagePrice: Schema.Finite,
  limitPrice: Schema.optionalKey(Paise),
  triggerPrice: Schema.optionalKey(Paise),
  status: Schema.Literals(["new", "open", "complete", "cancelled", "rejected", "expired", "unknown"]),
  brokerStatus: Schema.String,
  reason: Schema.optionalKey(Schema.String),
  changedAt: Schema.Finite
})
export type BrokerOrderView = typeof BrokerOrderView.Type

export const BrokerPositionView = Schema.Struct({
  symbol: Schema.String,
  product: Product,
  quantity: Schema.Int,
  averagePrice: Schema.Finite,
  lastPrice: Schema.optionalKey(Paise),
  realised: Schema.optionalKey(Schema.Finite)
})

export const HoldingView = Schema.Struct({
  symbol: Schema.String,
  quantity: Schema.Int,
  unsettled: Schema.Int,
  averagePrice: Schema.Finite,
  lastPrice: Schema.optionalKey(Paise)
})

/** What an account holds, as its broker reported it last. */
export const AccountBookView = Schema.Struct({
  account: Schema.String,
  orders: Schema.Array(BrokerOrderView),
  positions: Schema.Array(BrokerPositionView),
  holdings: Schema.Array(HoldingView)
})
export type AccountBookView = typeof AccountBookView.Type

/** As registered with the broker: where orders come from, and as which algorithm. */
const registration = {
  staticIp: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[0-9a-fA-F:.]{3,45}$/))),
  algo: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_.-]{1,40}$/)))
}

/** Typed by a person. Secrets go into the vault and are never given out again. */
export const NewAccount = Schema.Struct({
  /** Our name of it: small letters, digits and dashes. */
  account: Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,31}$/)),
  broker: BrokerName,
  userId: Schema.NonEmptyString,
  apiKey: Schema.NonEmptyString,
  redirectUrl: Schema.NonEmptyString,
  automatic: Schema.Boolean,
  /** Orders go to the broker's sandbox, where it has one; the API secret is then the sandbox's token. */
  sandbox: Schema.optionalKey(Schema.Boolean),
  ...registration,
  apiSecret: Schema.NonEmptyString,
  password: Schema.optionalKey(Schema.String),
  pin: Schema.optionalKey(Schema.String),
  totpSecret: Schema.optionalKey(Schema.String),
  mobile: Schema.optionalKey(Schema.String)
})
export type NewAccount = typeof NewAccount.Type

const Denied = Schema.Union([Unauthorized, Refused])
const account = { account: Schema.String }

export class BrokersRpcs extends RpcGroup.make(
  /** All accounts, whenever something about them changes. */
  Rpc.make("WatchBrokers", { success: BrokersView, stream: true }),
  Rpc.make("AccountBook", { payload: account, success: AccountBookView, error: Refused }),
  /** The rest needs scope `admin`. Where the user logs in by hand; the browser comes back to the account's redirect URL. */
  Rpc.make("BrokerLoginUrl", { payload: account, success: Schema.String, error: Denied }),
  /** The whole address that the browser came back to; answers whose login it was. */
  Rpc.make("FinishBrokerLogin", { payload: { redirected: Schema.String }, success: Schema.String, error: Denied }),
  Rpc.make("LoginBroker", { payload: account, error: Denied }),
  Rpc.make("LogoutBroker", { payload: account, error: Denied }),
  Rpc.make("AddBroker", { payload: NewAccount, error: Denied }),
  Rpc.make("RemoveBroker", { payload: account, error: Denied }),
  /** In place of what was registered before. */
  Rpc.make("RegisterBroker", { payload: { ...account, ...registration }, error: Denied }),
  /** Its place among accounts that do equally well, from 1, or none; the others move. */
  Rpc.make("PreferBroker", {
    payload: { ...account, place: Schema.NullOr(Schema.Int.check(Schema.isGreaterThan(0))) },
    error: Denied
  }),
  /** Whether it shall take no new positions, armed or not; what makes a position smaller goes on. */
  Rpc.make("ExcludeBroker", { payload: { ...account, excluded: Schema.Boolean }, error: Denied }),
  Rpc.make("SetBrokerAutomatic", { payload: { ...account, automatic: Schema.Boolean }, error: Denied }),
  /** Lets the account take live orders until the end of the Indian day, or no more. Its exits are possible in any case. */
  Rpc.make("ArmBroker", { payload: { ...account, armed: Schema.Boolean }, error: Denied })
) {}
