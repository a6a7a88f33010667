import * as Schema from "effect/Schema"
import { assert, describe, it } from "vitest"
import {
  fieldError,
  inWords,
  parameterFields,
  rangeText,
  readParameters
} from "../../src/deployments/parameterFields.ts"

const document = Schema.toJsonSchemaDocument(Schema.Struct({
  volumeRatio: Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 50 })).annotate({
    description: "Volume against its average",
    default: 3
  }),
  lookback: Schema.Int.check(Schema.isGreaterThan(0)).annotate({ default: 20 }),
  direction: Schema.Literals(["long", "short", "both"]),
  trailing: Schema.Boolean.annotate({ default: true }),
  note: Schema.optionalKey(Schema.String)
}))
const fields = parameterFields({ ...document.schema, $defs: document.definitions })
const named = (name: string) => {
  const field = fields.find((one) => one.name === name)
  if (field === undefined) throw new Error(`no field ${name}`)
  return field
}

describe("fields of a strategy's parameters", () => {
  it("come in order, with their kinds", () => {
    assert.deepStrictEqual(fields.map(({ kind, name }) => [name, kind]), [
      ["volumeRatio", "number"],
      ["lookback", "integer"],
      ["direction", "choice"],
      ["trailing", "boolean"],
      ["note", "text"]
    ])
  })
  it("carry bounds, defaults and descriptions, wherever the schema keeps them", () => {
    const ratio = named("volumeRatio")
    assert.deepInclude(ratio, { minimum: 1, maximum: 50, initial: "3", description: "Volume against its average" })
    assert.strictEqual(rangeText(ratio), "1 to 50")
    assert.strictEqual(rangeText(named("lookback")), "more than 0")
    assert.deepStrictEqual(named("direction").choices, ["long", "short", "both"])
  })
  it("check what is typed", () => {
    assert.isUndefined(fieldError(named("volumeRatio"), "2.5"))
    assert.strictEqual(fieldError(named("volumeRatio"), "51"), "Must be 1 to 50")
    assert.strictEqual(fieldError(named("volumeRatio"), "x"), "A number")
    assert.strictEqual(fieldError(named("lookback"), "1.5"), "A whole number")
    assert.strictEqual(fieldError(named("lookback"), "0"), "Must be more than 0")
  })
  it("give back the encoded parameters, leaving out what was left empty", () => {
    assert.deepStrictEqual(readParameters(fields, { volumeRatio: "4.5", lookback: "", note: " " }), {
      volumeRatio: 4.5,
      direction: "long",
      trailing: true
    })
  })
  it("are none for a schema that is not an object", () => {
    assert.deepStrictEqual(parameterFields(undefined), [])
    assert.deepStrictEqual(parameterFields({ type: "string" }), [])
  })
  it("have readable names", () => {
    assert.strictEqual(inWords("atrStop"), "Atr stop")
    assert.strictEqual(inWords("volume_ratio"), "Volume ratio")
  })
})
