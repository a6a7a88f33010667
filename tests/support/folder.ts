import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll } from "vitest"

/** A folder for the tests of one file, removed after them. */
export const temporaryFolder = (): string => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-proof-"))
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
