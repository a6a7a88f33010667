/** Whether live numbers stand still on screen, for people who cannot read what moves (WCAG 2.2.2). */
import { createSignal } from "solid-js"

const [isFrozen, setFrozen] = createSignal(false)
export { isFrozen, setFrozen }
