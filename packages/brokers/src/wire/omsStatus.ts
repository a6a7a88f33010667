/** Where an order stands, in the words of the order management system that Angel One and Upstox both pass on. */
import type { BrokerOrderStatus } from "../port/BrokerOrder.ts"

const statuses: Readonly<Record<string, BrokerOrderStatus>> = {
  "put order req received": "new",
  "after market order req received": "new",
  "validation pending": "new",
  "open pending": "new",
  "open": "open",
  "trigger pending": "open",
  "modified": "open",
  "not modified": "open",
  "modify pending": "open",
  "modify validation pending": "open",
  "modify after market order req received": "open",
  "cancel pending": "open",
  "not cancelled": "open",
  "complete": "complete",
  "cancelled": "cancelled",
  "cancelled after market order": "cancelled",
  "rejected": "rejected"
}

export const omsStatus = (text: string): BrokerOrderStatus => statuses[text] ?? "unknown"
