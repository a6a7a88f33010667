/** Fyers' envelopes, and its codes and HTTP status for each refusal (Fyers API v3 documentation, error codes). */
import type { Refusal, RefusalCause } from "../exchange/SimOrder.ts"
import type { FaultRule } from "../faults/Fault.ts"
import { jsonResponse, type SimResponse } from "../server/SimBroker.ts"

/** What is asked for stands beside the envelope's own fields. */
export const success = (payload: object): SimResponse => jsonResponse({ s: "ok", code: 200, message: "", ...payload })

export interface FyersAnswer {
  readonly status: number
  readonly body: object
}

/** Of an order that was placed (1101), changed (1102) or cancelled (1103). */
export const done = (code: number, message: string, id: string): FyersAnswer => ({
  status: 200,
  body: { s: "ok", code, message, id }
})

/** Taken, and no word of the exchange came in time. */
export const notConfirmed = (id: string): FyersAnswer =>
  done(201, "Order has been accepted. Please check the order book for its status", id)

export const denied = (status: number, code: number, message: string): FyersAnswer => ({
  status,
  body: { s: "error", code, message }
})

export const failure = (status: number, code: number, message: string): SimResponse =>
  jsonResponse(denied(status, code, message).body, status)

export const badToken = (): SimResponse => failure(401, -17, "Could not authenticate the user")

export const badInput = (message: string): FyersAnswer => denied(400, -50, message)

export const badSymbol = (): FyersAnswer => denied(400, -300, "Please provide a valid symbol")

const codes: Readonly<Record<RefusalCause, number>> = {
  quantity: -50,
  freeze: -99,
  price: -50,
  "not-tradable": -300,
  margin: -99,
  holdings: -99,
  "unknown-order": -51,
  "final-order": -51,
  "too-many-changes": -99,
  risk: -99,
  closed: -99
}

export const refused = ({ cause, message }: Refusal): FyersAnswer => denied(400, codes[cause], message)

export const fyersTrouble = (rule: FaultRule): SimResponse => {
  switch (rule.fault) {
    case "rate-limit":
      return jsonResponse({ s: "error", code: -429, message: "request limit reached" }, 429, {
        "retry-after": "1",
        "x-retry-after-ms": "350"
      })
    case "unauthorised":
      return badToken()
    case "forbidden":
      return failure(403, -403, "The IP of this request is not registered for the app")
    default:
      return failure(rule.status ?? 500, -1, "Something went wrong. Please try again")
  }
}
