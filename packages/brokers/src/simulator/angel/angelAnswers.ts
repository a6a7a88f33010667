/**
 * Angel's two envelopes and its codes (SmartAPI documentation, exceptions): its services say `status` and `errorcode`, the
 * gateway before them `success` and `errorCode`, both with HTTP 200.
 */
import type { Refusal, RefusalCause } from "../exchange/SimOrder.ts"
import type { FaultRule } from "../faults/Fault.ts"
import { jsonResponse, type SimResponse } from "../server/SimBroker.ts"

export const success = (data: unknown): SimResponse =>
  jsonResponse({ status: true, message: "SUCCESS", errorcode: "", data })

export const failure = (code: string, message: string, status = 200): SimResponse =>
  jsonResponse({ status: false, message, errorcode: code, data: null }, status)

export const gatewayFailure = (code: string, message: string, status = 200): SimResponse =>
  jsonResponse({ success: false, message, errorCode: code, data: "" }, status)

export const badToken = (status = 200): SimResponse => gatewayFailure("AG8001", "Invalid Token", status)

export const noSymbol = (): SimResponse => failure("AB1009", "Symbol Not Found")

const codes: Readonly<Record<RefusalCause, string>> = {
  quantity: "AB1007",
  freeze: "AB1007",
  price: "AB1007",
  "not-tradable": "AB1009",
  margin: "AB1007",
  holdings: "AB1007",
  // Also an order that is final: it is no longer among those that can be changed.
  "unknown-order": "AB1013",
  "final-order": "AB1013",
  "too-many-changes": "AB1007",
  risk: "AB1007",
  closed: "AB1007"
}

export const refused = ({ cause, message }: Refusal): SimResponse => failure(codes[cause], message)

export const angelTrouble = (rule: FaultRule): SimResponse => {
  switch (rule.fault) {
    case "rate-limit":
      return {
        status: 403,
        headers: { "content-type": "text/plain" },
        body: "Access denied because of exceeding access rate"
      }
    case "unauthorised":
      return badToken(rule.status)
    case "forbidden":
      return gatewayFailure("AG7002", "Access denied: Unregistered IP address", 403)
    default:
      return failure("AB2001", "Internal Error, Please try after sometime", rule.status ?? 500)
  }
}
