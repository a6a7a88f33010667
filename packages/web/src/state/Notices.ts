/**
 * What the terminal says by itself: short notices on screen and in the live regions. Refusals and lost connections are
 * said at once; fills and alarms are collected and said together, at most every three seconds.
 */
import { type Accessor, createSignal } from "solid-js"

export interface Notice {
  readonly id: number
  readonly level: "info" | "warning" | "refusal"
  readonly text: string
  readonly remedy: string | undefined
}

export interface Notices {
  readonly shown: Accessor<ReadonlyArray<Notice>>
  /** Text of the polite live region. */
  readonly polite: Accessor<string>
  /** Text of the assertive live region. */
  readonly assertive: Accessor<string>
  readonly show: (level: Notice["level"], text: string, remedy?: string) => void
  readonly dismiss: (id: number) => void
  /** Adds one to what is counted until the next polite sentence: `3 fills`. */
  readonly count: (what: string) => void
  readonly announce: (text: string) => void
  readonly alert: (text: string) => void
}

const politeMillis = 3_000
const shownMillis = { info: 4_000, warning: 8_000, refusal: 20_000 } as const
const maxShown = 4

/** `3 fills, 1 signal`; the words are given in the singular. */
export const sayCounts = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([what, count]) => `${count} ${count === 1 ? what : `${what}s`}`).join(", ")

export const makeNotices = (): Notices => {
  const [shown, setShown] = createSignal<ReadonlyArray<Notice>>([])
  const [polite, setPolite] = createSignal("")
  const [assertive, setAssertive] = createSignal("")
  const counts = new Map<string, number>()
  let sentences: Array<string> = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let nextId = 1

  const flush = (): void => {
    timer = undefined
    const text = [...sentences, sayCounts(counts)].filter((part) => part !== "").join(". ")
    sentences = []
    counts.clear()
    setPolite(text)
  }
  const soon = (): void => {
    timer ??= setTimeout(flush, politeMillis)
  }
  const dismiss = (id: number): void => void setShown((all) => all.filter((notice) => notice.id !== id))
  const alert = (text: string): void => {
    // The same text twice would not be read again.
    setAssertive("")
    setTimeout(() => setAssertive(text), 50)
  }

  return {
    shown,
    polite,
    assertive,
    show: (level, text, remedy) => {
      const id = nextId++
      setShown((all) => [...all, { id, level, text, remedy }].slice(-maxShown))
      setTimeout(() => dismiss(id), shownMillis[level])
      const sentence = remedy === undefined ? text : `${text} ${remedy}`
      if (level === "refusal") alert(sentence)
      else {
        sentences.push(sentence)
        soon()
      }
    },
    dismiss,
    count: (what) => {
      counts.set(what, (counts.get(what) ?? 0) + 1)
      soon()
    },
    announce: (text) => {
      sentences.push(text)
      soon()
    },
    alert
  }
}
