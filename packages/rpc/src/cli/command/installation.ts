/** Where this installation keeps and finds things, when nobody says otherwise. */
import * as path from "node:path"

const root = path.resolve(import.meta.dirname, "..", "..", "..", "..", "..")

export const defaults = {
  dataDirectory: process.env["KEEPGAINING_DATA"] ?? path.join(root, ".data"),
  host: "127.0.0.1",
  port: 4280
} as const

/** The built terminal. */
export const webRoot = path.join(root, "packages", "web", "dist")
