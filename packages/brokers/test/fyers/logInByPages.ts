/** What a browser sends on the simulated Fyers' login pages, without one. */
import type { SimAccountOptions } from "@keepgaining/brokers/simulator/exchange/SimAccount.ts"
import type { Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import * as Effect from "effect/Effect"
import { generateSync } from "otplib"

const boxes = ["first", "second", "third", "fourth", "fifth", "sixth"]

const inBoxes = (digits: string): Record<string, string> =>
  Object.fromEntries([...digits].map((digit, i) => [boxes[i] ?? "", digit]))

/** Where the login that begins at `url` ends. */
export const logInByPages = (
  { clock, servers }: Pick<Simulation, "clock" | "servers">,
  customer: SimAccountOptions,
  url: string
): Effect.Effect<URL> =>
  Effect.promise(async () => {
    const root = servers.fyers?.url ?? ""
    const login = new URL(url)
    if (!(await fetch(login)).ok) throw new Error("no login page")
    const carried = { ...Object.fromEntries(login.searchParams), fy_id: customer.userId }
    const step = (path: string, more: Record<string, string>) =>
      fetch(root + path, { method: "POST", redirect: "manual", body: new URLSearchParams({ ...carried, ...more }) })
    await step("/login/client", { fy_client_id: customer.userId })
    const otp = generateSync({ secret: customer.totpSecret, epoch: Math.floor(clock.now / 1_000) })
    await step("/login/otp", inBoxes(otp))
    const answer = await step("/login/pin", inBoxes(customer.pin))
    return new URL(answer.headers.get("location") ?? "http://nowhere")
  })
