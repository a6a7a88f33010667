/** Kite's envelopes, and its words and HTTP status for each refusal (Kite Connect 3, "Exceptions and errors"). */
import type { Refusal, RefusalCause } from "../exchange/SimOrder.ts"
import type { FaultRule } from "../faults/Fault.ts"
import { jsonResponse, type SimResponse } from "../server/SimBroker.ts"

export const success = (data: unknown): SimResponse => jsonResponse({ status: "success", data })

export const failure = (status: number, type: string, message: string): SimResponse =>
  jsonResponse({ status: "error", message, error_type: type, data: null }, status)

export const badToken = (): SimResponse => failure(403, "TokenException", "Incorrect `api_key` or `access_token`.")

const types: Readonly<Record<RefusalCause, readonly [status: number, type: string]>> = {
  quantity: [400, "InputException"],
  freeze: [400, "InputException"],
  price: [400, "InputException"],
  "not-tradable": [400, "InputException"],
  margin: [400, "MarginException"],
  holdings: [400, "HoldingException"],
  "unknown-order": [400, "OrderException"],
  "final-order": [400, "OrderException"],
  "too-many-changes": [400, "OrderException"],
  // Of an order that cannot be, with either status.
  risk: [500, "OrderException"],
  closed: [400, "OrderException"]
}

export const refused = ({ cause, message }: Refusal): SimResponse => failure(...types[cause], message)

export const kiteTrouble = (rule: FaultRule): SimResponse => {
  switch (rule.fault) {
    case "rate-limit":
      return failure(429, "NetworkException", "Too many requests")
    case "unauthorised":
      return badToken()
    case "forbidden":
      return failure(403, "PermissionException", "Insufficient permission for that call.")
    default: {
      const status = rule.status ?? 500
      return status === 502 || status === 504
        ? failure(status, "DataException", "Gateway timed out")
        : failure(status, status === 503 ? "NetworkException" : "GeneralException", "Something went wrong")
    }
  }
}
