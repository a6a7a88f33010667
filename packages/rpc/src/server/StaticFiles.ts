/**
 * The built terminal. The directory is listed once at the start and nothing but what was found is ever served, so no
 * path of a request reaches the file system.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { refusal } from "./HttpGuard.ts"
import { ServerConfig } from "./ServerConfig.ts"

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8"
}

interface StaticFile {
  readonly location: string
  readonly type: string
  /** Content hash, quoted. */
  readonly tag: string
  /** The name holds the hash of the content (`assets/index-B1x9Zk2p.js`), so it never changes. */
  readonly immutable: boolean
}

const hashedName = /^\/assets\/.+-[\w-]{8,}\.\w+$/

const list = async (root: string): Promise<ReadonlyMap<string, StaticFile>> => {
  const files = new Map<string, StaticFile>()
  const entries = await fs.readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const location = path.join(entry.parentPath, entry.name)
    const url = `/${path.relative(root, location).split(path.sep).join("/")}`
    const tag = `"${createHash("sha256").update(await fs.readFile(location)).digest("base64url").slice(0, 22)}"`
    const type = types[path.extname(entry.name).toLowerCase()] ?? "application/octet-stream"
    files.set(url, { location, type, tag, immutable: hashedName.test(url) })
  }
  return files
}

const notBuilt = HttpServerResponse.text(
  "The terminal is not built. Run `bun run start`, which builds it, or `vite build` in packages/web.\n",
  { status: 503 }
)

export class StaticFiles extends Context.Service<StaticFiles, {
  readonly serve: (
    request: HttpServerRequest.HttpServerRequest
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse>
}>()("@keepgaining/rpc/server/StaticFiles") {
  static readonly layer: Layer.Layer<StaticFiles, never, ServerConfig> = Layer.effect(
    StaticFiles,
    Effect.gen(function*() {
      const { webRoot } = yield* ServerConfig
      let files = yield* Effect.promise(() => list(webRoot))

      const send = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest, file: StaticFile) {
        const headers = {
          etag: file.tag,
          "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache"
        }
        if (request.headers["if-none-match"] === file.tag) return HttpServerResponse.empty({ status: 304, headers })
        const body = yield* Effect.promise(() => fs.readFile(file.location).catch(() => undefined))
        if (body === undefined) return refusal(404, "This file is gone: the terminal was built anew. Reload the page.")
        return HttpServerResponse.uint8Array(body, { contentType: file.type, headers })
      })

      return StaticFiles.of({
        serve: Effect.fnUntraced(function*(request) {
          if (request.method !== "GET" && request.method !== "HEAD") return refusal(405, "Only GET is served here.")
          // A terminal that was built after the start is found at the next visit.
          if (!files.has("/index.html")) files = yield* Effect.promise(() => list(webRoot))
          const pathname = request.url.split(/[?#]/, 1)[0] ?? "/"
          const file = files.get(pathname)
          if (file !== undefined) return yield* send(request, file)
          // A path with a file's extension is a file that is not there; any other is a place inside the terminal.
          if (path.posix.extname(pathname) !== "" || pathname.startsWith("/assets/")) {
            return refusal(404, "No such file.")
          }
          const index = files.get("/index.html")
          return index === undefined ? notBuilt : yield* send(request, index)
        })
      })
    })
  )
}
