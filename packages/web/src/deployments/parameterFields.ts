/** Form fields from a strategy's parameters, given as JSON Schema (draft 2020-12), and the parameters back from the form. */
import { plain } from "../format/numbers.ts"

export interface ParameterField {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly kind: "number" | "integer" | "boolean" | "text" | "choice"
  readonly choices: ReadonlyArray<string>
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  /** Bounds that the value must not reach. */
  readonly exclusiveMinimum: number | undefined
  readonly exclusiveMaximum: number | undefined
  readonly required: boolean
  /** As the form shows it; empty when there is none. */
  readonly initial: string
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** Bounds of both parts hold; of everything else the later part counts. */
const both = (first: Json, second: Json): Json => {
  const result: Record<string, unknown> = { ...first, ...second }
  for (
    const [name, tighter] of [["minimum", Math.max], ["exclusiveMinimum", Math.max], ["maximum", Math.min], [
      "exclusiveMaximum",
      Math.min
    ]] as const
  ) {
    const left = first[name]
    const right = second[name]
    if (typeof left === "number" && typeof right === "number") result[name] = tighter(left, right)
  }
  return result
}

/** The schema with what it refers to and what it is composed of put into one object. */
const flat = (schema: unknown, definitions: Json, depth = 0): Json => {
  if (!isObject(schema) || depth > 8) return {}
  const { $ref: reference, allOf: parts, ...own } = schema
  let result: Json = own
  if (typeof reference === "string") {
    const name = decodeURIComponent(reference.slice(reference.lastIndexOf("/") + 1))
    result = both(flat(definitions[name], definitions, depth + 1), result)
  }
  if (Array.isArray(parts)) { for (const part of parts) result = both(result, flat(part, definitions, depth + 1)) }
  return result
}

/** A bound that only says "a whole number that fits" is none. */
const bound = (value: unknown): number | undefined =>
  typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined

/** `volumeRatio` as `Volume ratio`. */
export const inWords = (name: string): string => {
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2").replaceAll(/[_-]/g, " ").toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const choicesOf = (schema: Json, definitions: Json): ReadonlyArray<string> => {
  const values = schema["enum"]
  if (Array.isArray(values)) return values.map(String)
  const options = schema["anyOf"] ?? schema["oneOf"]
  if (!Array.isArray(options)) return []
  const found = options.flatMap((option) => {
    const { const: value, enum: several } = flat(option, definitions)
    return value === undefined ? Array.isArray(several) ? several.map(String) : [] : [String(value)]
  })
  return found.length === options.length ? found : []
}

const kindOf = (schema: Json, choices: ReadonlyArray<string>): ParameterField["kind"] => {
  if (choices.length > 0) return "choice"
  switch (schema["type"]) {
    case "integer":
      return "integer"
    case "number":
      return "number"
    case "boolean":
      return "boolean"
    default:
      return "text"
  }
}

export const parameterFields = (schema: unknown): ReadonlyArray<ParameterField> => {
  if (!isObject(schema)) return []
  const definitions = isObject(schema["$defs"]) ? schema["$defs"] : {}
  const root = flat(schema, definitions)
  const properties = root["properties"]
  if (!isObject(properties)) return []
  const required = Array.isArray(root["required"]) ? root["required"] : []
  return Object.entries(properties).map(([name, value]) => {
    const field = flat(value, definitions)
    const choices = choicesOf(field, definitions)
    const initial = field["default"]
    return {
      name,
      title: typeof field["title"] === "string" ? field["title"] : inWords(name),
      description: typeof field["description"] === "string" ? field["description"] : "",
      kind: kindOf(field, choices),
      choices,
      minimum: bound(field["minimum"]),
      maximum: bound(field["maximum"]),
      exclusiveMinimum: bound(field["exclusiveMinimum"]),
      exclusiveMaximum: bound(field["exclusiveMaximum"]),
      required: required.includes(name) && initial === undefined,
      initial: initial === undefined || initial === null ? (choices[0] ?? "") : String(initial)
    }
  })
}

/** `1 to 50`; empty when there are no bounds. */
export const rangeText = (field: ParameterField): string => {
  const exclusiveLow = (field.exclusiveMinimum ?? -Infinity) >= (field.minimum ?? -Infinity)
  const exclusiveHigh = (field.exclusiveMaximum ?? Infinity) <= (field.maximum ?? Infinity)
  const low = exclusiveLow ? field.exclusiveMinimum : field.minimum
  const high = exclusiveHigh ? field.exclusiveMaximum : field.maximum
  if (low !== undefined && high !== undefined) return `${plain(low)} to ${plain(high)}`
  if (low !== undefined) return exclusiveLow ? `more than ${plain(low)}` : `${plain(low)} or more`
  if (high !== undefined) return exclusiveHigh ? `less than ${plain(high)}` : `${plain(high)} or less`
  return ""
}

/** What is wrong with the text; `undefined` when nothing is. */
export const fieldError = (field: ParameterField, text: string): string | undefined => {
  const typed = text.trim()
  if (typed === "") return field.required ? "Needed" : undefined
  if (field.kind !== "number" && field.kind !== "integer") return undefined
  const value = Number(typed)
  if (!Number.isFinite(value)) return "A number"
  if (field.kind === "integer" && !Number.isInteger(value)) return "A whole number"
  const low = field.minimum !== undefined && value < field.minimum ||
    field.exclusiveMinimum !== undefined && value <= field.exclusiveMinimum
  const high = field.maximum !== undefined && value > field.maximum ||
    field.exclusiveMaximum !== undefined && value >= field.exclusiveMaximum
  return low || high ? `Must be ${rangeText(field)}` : undefined
}

/** The encoded parameters; what was left empty is left out, so that the strategy's own default counts. */
export const readParameters = (
  fields: ReadonlyArray<ParameterField>,
  texts: Readonly<Record<string, string>>
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(fields.flatMap((field): ReadonlyArray<readonly [string, unknown]> => {
    const typed = (texts[field.name] ?? field.initial).trim()
    if (field.kind === "boolean") return [[field.name, typed === "true"]]
    if (typed === "") return []
    return [[field.name, field.kind === "number" || field.kind === "integer" ? Number(typed) : typed]]
  }))
