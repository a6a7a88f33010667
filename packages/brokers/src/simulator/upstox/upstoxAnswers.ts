/** Upstox's envelopes, and its codes and HTTP status for each refusal (Upstox developer documentation, error codes). */
import type { Refusal, RefusalCause } from "../exchange/SimOrder.ts"
import type { FaultRule } from "../faults/Fault.ts"
import { jsonResponse, type SimResponse } from "../server/SimBroker.ts"

export const success = (data: unknown): SimResponse => jsonResponse({ status: "success", data })

export const failure = (status: number, code: string, message: string): SimResponse =>
  jsonResponse({
    status: "error",
    errors: [{
      errorCode: code,
      message,
      propertyPath: null,
      invalidValue: null,
      error_code: code,
      property_path: null,
      invalid_value: null
    }]
  }, status)

export const badToken = (): SimResponse => failure(401, "UDAPI100050", "Invalid token used to access API")

const codes: Readonly<Record<RefusalCause, readonly [status: number, code: string]>> = {
  quantity: [400, "UDAPI1052"],
  freeze: [400, "UDAPI1052"],
  price: [400, "UDAPI100038"],
  "not-tradable": [400, "UDAPI1026"],
  margin: [400, "UDAPI1001"],
  holdings: [400, "UDAPI1001"],
  "unknown-order": [404, "UDAPI100010"],
  "final-order": [400, "UDAPI100040"],
  "too-many-changes": [400, "UDAPI100041"],
  risk: [400, "UDAPI1001"],
  closed: [400, "UDAPI1001"]
}

export const refused = ({ cause, message }: Refusal): SimResponse => failure(...codes[cause], message)

export const upstoxTrouble = (rule: FaultRule): SimResponse => {
  switch (rule.fault) {
    case "rate-limit":
      return failure(429, "UDAPI10005", "Too Many Request Sent")
    case "unauthorised":
      return badToken()
    case "forbidden":
      return failure(403, "UDAPI1154", "Access to this API is restricted to whitelisted IPs")
    default:
      return failure(rule.status ?? 500, "UDAPI100500", "Something went wrong. Please contact us.")
  }
}
