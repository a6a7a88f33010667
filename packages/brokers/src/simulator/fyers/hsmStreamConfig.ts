/**
 * The stream configuration that Fyers' data socket gives in its answer to the authentication: which value stands at which
 * place of a record. The official SDK cannot read a snapshot without it. Field ids and names as the SDK's clients saw them.
 */
type DataType = "ConvNumber" | "Number" | "timestamp"
type FieldRow = readonly [fid: string, name: string, type: DataType]

const scrip: ReadonlyArray<FieldRow> = [
  ["s105", "ltp", "ConvNumber"],
  ["s104", "v", "Number"],
  ["s103", "ltt", "timestamp"],
  ["s102", "fdtm", "timestamp"],
  ["s111", "bq", "Number"],
  ["s112", "bs", "Number"],
  ["s109", "bp", "ConvNumber"],
  ["s110", "sp", "ConvNumber"],
  ["s106", "ltq", "Number"],
  ["s107", "tbq", "Number"],
  ["s108", "tsq", "Number"],
  ["s113", "ap", "ConvNumber"],
  ["s122", "oi", "Number"],
  ["s114", "lo", "ConvNumber"],
  ["s115", "h", "ConvNumber"],
  ["s118", "yh", "ConvNumber"],
  ["s119", "yl", "ConvNumber"],
  ["s116", "lcl", "ConvNumber"],
  ["s117", "ucl", "ConvNumber"],
  ["s120", "op", "ConvNumber"],
  ["s121", "c", "ConvNumber"]
]

const index: ReadonlyArray<FieldRow> = [
  ["i102", "iv", "ConvNumber"],
  ["i103", "ic", "ConvNumber"],
  ["i104", "tvalue", "timestamp"],
  ["i105", "highPrice", "ConvNumber"],
  ["i106", "lowPrice", "ConvNumber"],
  ["i107", "openingPrice", "ConvNumber"]
]

/** `bp`, `bp1` to `bp4`. */
const levels = (name: string): ReadonlyArray<string> => ["", 1, 2, 3, 4].map((level) => `${name}${level}`)

const depth: ReadonlyArray<FieldRow> = [
  ...["bp", "sp"].flatMap(levels).map((name) => [name, "ConvNumber"] as const),
  ...["bq", "bs"].flatMap(levels).map((name) => [name, "Number"] as const),
  ...["bno", "sno"].flatMap((name) => [1, 2, 3, 4, 5].map((level) => [`${name}${level}`, "Number"] as const))
].map(([name, type], i) => [`d${102 + i}`, name, type])

/** What the SDK works out itself: change, turnover, scale. */
const derived: ReadonlyArray<FieldRow> = [
  ["f101", "cng", "ConvNumber"],
  ["f102", "nc", "Number"],
  ["f103", "to", "Number"],
  ["f104", "cng", "ConvNumber"],
  ["f105", "nc", "Number"],
  ["f106", "mul", "Number"],
  ["f107", "prec", "Number"]
]

const field = (type: string) => ([fid, fld, dataType]: FieldRow, at: number): object => ({
  fid,
  type,
  details: fld,
  index: at,
  fld,
  dataType
})
const ids = (rows: ReadonlyArray<FieldRow>): ReadonlyArray<string> => rows.map(([fid]) => fid)

export const hsmStreamConfig = JSON.stringify({
  version: "1.0",
  protocol: "hsm",
  fields: [
    ...scrip.map(field("scrip")),
    ...index.map(field("index")),
    ...depth.map(field("depth")),
    ...derived.map(field("derived"))
  ],
  scrip: ids(scrip),
  index: ids(index),
  depth: ids(depth),
  scrip_lite: { hfid: 1 },
  index_lite: { hfid: 1 }
})
