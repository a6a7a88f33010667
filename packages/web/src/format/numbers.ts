/** How numbers are written: Indian grouping, a real minus sign, a dash for what is not known. Prices come in paise. */

/** What stands for a number that is not known; never 0. */
export const missing = "–"

const minus = "−"

const grouped = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat("en-IN", { minimumFractionDigits: digits, maximumFractionDigits: digits })
const byDigits = [grouped(0), grouped(1), grouped(2), grouped(3), grouped(4)] as const
const two = byDigits[2]

const LAKH = 100_000
const CRORE = 10_000_000

/** Without a sign. */
const magnitude = (value: number, format: Intl.NumberFormat): string => format.format(Math.abs(value))

const signOf = (text: string, value: number): string => {
  // What is written as zero has no sign, even if it was a little less.
  if (!/[1-9]/.test(text)) return ""
  return value < 0 ? minus : "+"
}

/** `1,23,456.05` of paise; a price of 0 is one that nobody gave. */
export const price = (paise: number): string =>
  Number.isFinite(paise) && paise !== 0 ? negative(paise / 100, two) : missing

const negative = (value: number, format: Intl.NumberFormat): string =>
  (value < 0 && /[1-9]/.test(magnitude(value, format)) ? minus : "") + magnitude(value, format)

/** `+18,426.50` or `−9,340.00` of paise. */
export const money = (paise: number): string => {
  if (!Number.isFinite(paise)) return missing
  const text = magnitude(paise / 100, two)
  return signOf(text, paise) + text
}

/** `₹1,234.50` of paise, for headings and sentences. */
export const rupees = (paise: number): string =>
  Number.isFinite(paise) ? negativeSign(paise) + "₹" + magnitude(paise / 100, two) : missing

const negativeSign = (value: number): string => value < 0 ? minus : ""

/** `6.42 L` and `1.07 Cr` from a lakh on; below that the whole number. */
export const large = (value: number): string => {
  if (!Number.isFinite(value)) return missing
  const size = Math.abs(value)
  if (size >= CRORE) return `${negative(value / CRORE, two)} Cr`
  if (size >= LAKH) return `${negative(value / LAKH, two)} L`
  return negative(value, byDigits[0])
}

/** A quantity that is 0 when the feed does not give it. */
export const largeOrMissing = (value: number): string => value === 0 ? missing : large(value)

/** Whole number, signed only when negative: `−150`. */
export const quantity = (value: number): string => Number.isFinite(value) ? negative(value, byDigits[0]) : missing

/** `−0.41%` of a fraction. */
export const percent = (fraction: number): string => {
  if (!Number.isFinite(fraction)) return missing
  const text = magnitude(fraction * 100, two)
  return `${signOf(text, fraction)}${text}%`
}

/** With as many decimals as asked, up to four. */
export const decimal = (value: number, digits: 0 | 1 | 2 | 3 | 4): string =>
  Number.isFinite(value) ? negative(value, byDigits[digits]) : missing

/** As many decimals as the number needs, at most four; for reasons and parameters. */
const free = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 4 })
export const plain = (value: number): string => Number.isFinite(value) ? negative(value, free) : missing

/** A latency in ms: `0.42 ms`, `14 ms`. */
export const latency = (millis: number): string =>
  Number.isFinite(millis) ? `${decimal(millis, millis < 10 ? 2 : 0)} ms` : missing

/** `up`, `down` or `flat`: the sign of a change, with what its text shows as zero being flat. */
export const direction = (value: number): "up" | "down" | "flat" => value > 0 ? "up" : value < 0 ? "down" : "flat"

/** As a screen reader should say an amount: `loss 1,080 rupees`. */
export const spokenMoney = (paise: number): string =>
  !Number.isFinite(paise)
    ? "not known"
    : paise === 0
    ? "zero"
    : `${paise < 0 ? "loss" : "profit"} ${magnitude(paise / 100, two)} rupees`

/** Paise of what a person typed as rupees; `undefined` when it is no number. */
export const parseRupees = (text: string): number | undefined => {
  const clean = text.replaceAll(",", "").replace(minus, "-").trim()
  if (!/^-?\d+(\.\d{1,2})?$/.test(clean)) return undefined
  return Math.round(Number(clean) * 100)
}
