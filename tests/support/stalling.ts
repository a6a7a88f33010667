/** Parties that stop listening: clients that never read or never acknowledge, and a way to a server that can be held up. */
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as net from "node:net"

export interface RawClient {
  /** Frames that arrived. */
  readonly frames: () => number
  readonly close: () => void
}

/**
 * A client that subscribes to everything and then fails to play its part: `acknowledge` it never does, and with
 * `stop reading` it does not even empty its socket.
 */
export const uncooperativeClient = (
  port: number,
  token: string,
  fault: "never acknowledges" | "stops reading"
): Promise<RawClient> =>
  new Promise((resolve, reject) => {
    const socket = new NodeWS.WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers: { authorization: `Bearer ${token}` } })
    let frames = 0
    socket.on("message", () => frames++)
    socket.once("error", reject)
    socket.once("open", () => {
      const subscriptions: ReadonlyArray<readonly [string, unknown]> = [
        ["Events", { after: 0 }],
        ["Quotes", { instruments: [], perSecond: 20 }],
        ["Portfolio", null],
        ["Health", null],
        ["Actors", null]
      ]
      subscriptions.forEach(([tag, payload], id) =>
        socket.send(JSON.stringify({ _tag: "Request", id, tag, payload, headers: [] }))
      )
      if (fault === "stops reading") socket.pause()
      resolve({ frames: () => frames, close: () => socket.terminate() })
    })
  })

export interface Way {
  readonly port: number
  /** From now on nothing passes, and nobody is told. */
  readonly stall: () => void
  /** What was held up passes, and everything after it. */
  readonly release: () => void
  readonly close: () => void
}

/** A way to a TCP server of this machine that can be stalled. */
export const wayTo = (host: string, port: number): Promise<Way> =>
  new Promise((resolve) => {
    const sockets = new Set<net.Socket>()
    let stalled = false
    const server = net.createServer((client) => {
      const upstream = net.connect({ host, port })
      for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
        sockets.add(from)
        from.pipe(to)
        from.on("error", () => to.destroy())
        from.on("close", () => {
          sockets.delete(from)
          to.destroy()
        })
        if (stalled) from.pause()
      }
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      if (address === null || typeof address === "string") throw new Error("no port")
      resolve({
        port: address.port,
        stall: () => {
          stalled = true
          for (const socket of sockets) socket.pause()
        },
        release: () => {
          stalled = false
          for (const socket of sockets) socket.resume()
        },
        close: () => {
          server.close()
          for (const socket of sockets) socket.destroy()
        }
      })
    })
  })

/** Prometheus' numbers of an engine, by name and labels as written there. */
export const metrics = async (url: string): Promise<ReadonlyMap<string, number>> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  return new Map(
    text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
      const at = line.lastIndexOf(" ")
      return [line.slice(0, at), Number(line.slice(at + 1))] as const
    })
  )
}
