/** Cells of numbers: sign, colour and triangle always together, and a flash that is one step on and one step off. */
import { createEffect, type JSX, Show } from "solid-js"
import { direction, money, percent, spokenMoney } from "../format/numbers.ts"
import { preferences } from "../preferences/Preferences.ts"

const flashMillis = 300
const still = globalThis.matchMedia("(prefers-reduced-motion: reduce)")

/** Elements that are lit and when they go out; one sweep for all, never a CSS animation. */
const lit = new Map<HTMLElement, number>()
let sweeping = false

const sweep = (): void => {
  const now = performance.now()
  for (const [element, until] of lit) {
    if (until > now) continue
    delete element.dataset["flash"]
    lit.delete(element)
  }
  sweeping = lit.size > 0
  if (sweeping) setTimeout(sweep, 100)
}

const flash = (element: HTMLElement, up: boolean): void => {
  if (still.matches || !preferences().flash || lit.has(element)) return
  element.dataset["flash"] = up ? "up" : "down"
  lit.set(element, performance.now() + flashMillis)
  if (sweeping) return
  sweeping = true
  setTimeout(sweep, 100)
}

/** A price that flashes when it moves. */
export const FlashingNumber = (props: {
  readonly value: number
  readonly format: (value: number) => string
  readonly testId?: string
}): JSX.Element => {
  // Made with the component, before the effect runs.
  let element!: HTMLSpanElement
  createEffect<number>((before) => {
    const value = props.value
    if (Number.isFinite(before) && Number.isFinite(value) && value !== before) flash(element, value > before)
    return value
  }, Number.NaN)
  return (
    <span
      ref={(made) => {
        element = made
      }}
      class="num"
      data-testid={props.testId}
    >
      {props.format(props.value)}
    </span>
  )
}

export const Num = (props: { readonly text: string; readonly testId?: string }): JSX.Element => (
  <span class="num" data-testid={props.testId}>{props.text}</span>
)

const Triangle = (props: { readonly up: boolean }): JSX.Element => (
  <svg class="triangle" viewBox="0 0 7 6" aria-hidden="true">
    <path d={props.up ? "M3.5 0 7 6H0z" : "M3.5 6 0 0h7z"} fill="currentColor" />
  </svg>
)

const Signed = (props: {
  readonly value: number
  readonly text: string
  readonly spoken: string | undefined
  readonly testId: string | undefined
}): JSX.Element => {
  const way = (): "up" | "down" | "flat" => /[1-9]/.test(props.text) ? direction(props.value) : "flat"
  return (
    <span
      class="inline-flex items-center"
      classList={{ "text-up": way() === "up", "text-down": way() === "down", "text-ink2": way() === "flat" }}
      data-testid={props.testId}
    >
      <Show when={way() !== "flat"}>
        <Triangle up={way() === "up"} />
      </Show>
      <span class="num" aria-hidden={props.spoken === undefined ? undefined : "true"}>{props.text}</span>
      <Show when={props.spoken}>{(spoken) => <span class="sr-only">{spoken()}</span>}</Show>
    </span>
  )
}

/** Profit or loss in paise. */
export const Money = (props: { readonly paise: number; readonly testId?: string }): JSX.Element => (
  <Signed value={props.paise} text={money(props.paise)} spoken={spokenMoney(props.paise)} testId={props.testId} />
)

/** A change as a fraction. */
export const Change = (props: { readonly fraction: number; readonly testId?: string }): JSX.Element => (
  <Signed value={props.fraction} text={percent(props.fraction)} spoken={undefined} testId={props.testId} />
)
