import type { ActorNode } from "../actors/ActorTree.ts"
import { policies } from "../actors/Policies.ts"
import { describePolicy } from "../actors/Supervision.ts"
import type { CellActor } from "./Cell.ts"
import type { Kernel } from "./Kernel.ts"

const nodeOf = (prefix: string, actor: CellActor): ActorNode => ({
  path: `${prefix}/${actor.path}`,
  kind: actor.kind,
  state: actor.record.state,
  supervision: describePolicy(policies[actor.kind]),
  restarts: actor.record.restarts,
  handled: actor.record.handled,
  deadLetters: actor.record.deadLetters,
  ...(actor.record.lastFailure === undefined ? {} : { lastFailure: actor.record.lastFailure })
})

/** A partition fails with the kernel and counts what its actors do. */
const partitionNode = (path: string, actors: ReadonlyArray<ActorNode>): ActorNode => {
  const sum = (count: (actor: ActorNode) => number): number => actors.reduce((total, actor) => total + count(actor), 0)
  return {
    path,
    kind: "partition",
    state: "running",
    supervision: describePolicy(policies.kernel),
    restarts: sum((actor) => actor.restarts),
    handled: sum((actor) => actor.handled),
    deadLetters: sum((actor) => actor.deadLetters)
  }
}

/** The hot half of the supervision tree. Books and guards that never had anything to do are left out: they are many. */
export const hotActors = (kernel: Kernel): ReadonlyArray<ActorNode> => {
  const nodes: Array<ActorNode> = []
  for (const partition of kernel.partitions) {
    const prefix = `engine/partition-${partition.number}`
    const of = nodes.length
    for (const cell of partition.own) {
      for (const actor of cell.actors()) {
        const idle = actor.kind === "book" || actor.kind === "guard"
        if (idle && actor.record.handled === 0) continue
        nodes.push(nodeOf(prefix, actor))
      }
    }
    nodes.splice(of, 0, partitionNode(prefix, nodes.slice(of)))
  }
  return nodes
}
