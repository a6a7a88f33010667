/** GTT orders of which nobody can say whether they were placed. Kept over all pages until a person has looked, or reloads. */
import { type Accessor, createSignal } from "solid-js"

export interface Doubt {
  readonly account: string
  readonly text: string
}

const [all, setAll] = createSignal<ReadonlyArray<Doubt>>([])

export const doubts: Accessor<ReadonlyArray<Doubt>> = all
export const addDoubt = (doubt: Doubt): void => void setAll((before) => [...before, doubt])
export const dismissDoubt = (doubt: Doubt): void => void setAll((before) => before.filter((each) => each !== doubt))
