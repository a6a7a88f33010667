/** What a kernel does with each command. */
import type { Command, CommandOutcome, KillStage } from "@keepgaining/core/commands/Command.ts"
import { liveBook, manualBook } from "@keepgaining/core/orders/Order.ts"
import type { Kernel } from "./Kernel.ts"

export const executeCommand = (kernel: Kernel, command: Command): CommandOutcome => {
  const { deployments, desk } = kernel
  switch (command._tag) {
    case "Deploy":
      return deployments.deploy(command.deployment)
    case "PauseDeployment":
      return deployments.pause(command.deployment)
    case "ResumeDeployment":
      return deployments.resume(command.deployment)
    case "StopDeployment":
      return deployments.stop(command.deployment, command.exit, "stopped by command")
    case "PlaceOrder":
      return desk.onRequest(command.venue === "live" ? liveBook : manualBook, command.request)
    case "ModifyOrder":
      return desk.onModify(command)
    case "CancelOrder":
      return desk.onCancel(command.orderId)
    case "ExitPosition":
      return desk.onExitPosition(command.book, command.instrument)
    case "Kill":
      return kill(kernel, command.stage)
    case "RetryDeadLetter":
      return retryDeadLetter(kernel, command.id)
    case "ArmAccount":
      return desk.onArm(command.account, command.until)
    case "RouteOrder":
      return desk.onRoute(command)
    case "TakeReport":
      desk.onReport(command.report)
      return { _tag: "Done" }
    case "TakeBand":
      return desk.onBand(command.instrument, command)
    case "TakeCoverage":
      kernel.coverage(command.until, command.at)
      return { _tag: "Done" }
  }
}

const kill = (kernel: Kernel, stage: KillStage): CommandOutcome => {
  const outcome = kernel.desk.onKill(stage)
  if (outcome._tag === "Done" && stage !== "none" && stage !== "pause") {
    kernel.deployments.stopAll(`kill switch: ${stage}`)
  }
  return outcome
}

const refused = (reason: string, remedy: string): CommandOutcome => ({ _tag: "Refused", reason, remedy })

const retryDeadLetter = (kernel: Kernel, id: number): CommandOutcome => {
  const kept = kernel.deadLetters.find(id)
  if (kept === undefined) return refused(`No dead letter ${id}`, "See the list; only the newest are kept")
  const { letter, retry } = kept
  if (retry === undefined) {
    return refused(
      `${letter.actor} is no strategy: what follows from its inputs has moved on`,
      "Only inputs of strategies can be tried again"
    )
  }
  const { deployment, input, instrument } = retry
  const partition = kernel.partitionOf(instrument)
  const actor = partition.cell(instrument).strategy(deployment)
  if (actor === undefined || actor.record.state === "stopped") {
    return refused(`${letter.actor} is stopped`, "Deploy the strategy anew")
  }
  kernel.deadLetters.remove(id)
  partition.deliver(instrument, { _tag: "Retry", deployment, input }, kernel.now)
  return { _tag: "Done" }
}
