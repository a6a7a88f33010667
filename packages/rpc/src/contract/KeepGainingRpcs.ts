/**
 * The whole contract, behind one login. On the wire it is JSON, one message a WebSocket frame
 * (`RpcSerialization.layerJson`), at `/rpc`.
 */
import * as Context from "effect/Context"
import * as RpcMiddleware from "effect/rpc/RpcMiddleware"
import { ArchiveRpcs } from "./Archive.ts"
import { BrokersRpcs } from "./Brokers.ts"
import { Unauthorized } from "./Failures.ts"
import { GttRpcs } from "./Gtt.ts"
import { MarketRpcs } from "./Market.ts"
import { ReferenceRpcs } from "./Reference.ts"
import { SystemRpcs } from "./System.ts"
import { TradingRpcs } from "./Trading.ts"

/** Who calls: the owner's browser, or a program with a token. */
export class Principal extends Context.Service<Principal, {
  readonly name: string
  readonly scope: "view" | "trade" | "admin"
}>()("@keepgaining/rpc/contract/Principal") {}

/** Refuses whoever is not logged in. */
export class Login extends RpcMiddleware.Service<Login, { provides: Principal }>()(
  "@keepgaining/rpc/contract/Login",
  { error: Unauthorized }
) {}

export class KeepGainingRpcs
  extends MarketRpcs.merge(ReferenceRpcs).merge(ArchiveRpcs).merge(BrokersRpcs).merge(GttRpcs).merge(TradingRpcs).merge(
    SystemRpcs
  ).middleware(Login)
{}
