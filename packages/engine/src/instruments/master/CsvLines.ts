/** Cuts CSV that arrives in pieces into rows of fields (RFC 4180 quotes, no newline inside a field). Memory: one line. */
export class CsvLines {
  readonly #decoder = new TextDecoder()
  #carry = ""

  push(piece: Uint8Array, each: (fields: ReadonlyArray<string>) => void): void {
    this.#lines(this.#carry + this.#decoder.decode(piece, { stream: true }), each)
  }

  /** The last line may lack its newline. */
  end(each: (fields: ReadonlyArray<string>) => void): void {
    this.#lines(`${this.#carry}${this.#decoder.decode()}\n`, each)
    this.#carry = ""
  }

  #lines(text: string, each: (fields: ReadonlyArray<string>) => void): void {
    let from = 0
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      const line = text.charCodeAt(to - 1) === 13 ? text.slice(from, to - 1) : text.slice(from, to)
      if (line.trim() !== "") each(line.includes("\"") ? quotedFields(line) : line.split(","))
      from = to + 1
    }
    this.#carry = text.slice(from)
  }
}

const quotedFields = (line: string): ReadonlyArray<string> => {
  const fields: Array<string> = []
  let at = 0
  while (true) {
    let field = ""
    if (line[at] === "\"") {
      at++
      while (at < line.length && !(line[at] === "\"" && line[at + 1] !== "\"")) {
        field += line[at]
        at += line[at] === "\"" ? 2 : 1
      }
      at++
    }
    // Whatever follows a closing quote belongs to the field, as lenient readers have it.
    const comma = line.indexOf(",", at)
    fields.push(field + line.slice(at, comma < 0 ? line.length : comma))
    if (comma < 0) return fields
    at = comma + 1
  }
}
