/** The command line. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import packageManifest from "../../package.json" with { type: "json" }
import { archiveCommand } from "./archive/ArchiveCommand.ts"
import { brokersCommand } from "./brokers/BrokersCommand.ts"
import { calendarCommand } from "./calendar/CalendarCommand.ts"
import { candlesCommand } from "./CandlesCommand.ts"
import { chargesCommand } from "./charges/ChargesCommand.ts"
import { BAD_INPUT, CommandFailure } from "./command/CommandFailure.ts"
import { defaults } from "./command/installation.ts"
import { presenter } from "./command/presenter.ts"
import { contractsCommand } from "./contracts/ContractsCommand.ts"
import * as DoctorCommand from "./DoctorCommand.ts"
import { historyCommand } from "./history/HistoryCommand.ts"
import { indicatorsCommand } from "./indicators/IndicatorsCommand.ts"
import { instrumentsCommand } from "./instruments/InstrumentsCommand.ts"
import { rulesCommand } from "./rules/RulesCommand.ts"
import { serveCommand } from "./serve/ServeCommand.ts"
import { ticksCommand } from "./ticks/TicksCommand.ts"
import { loginCommand, tokensCommand } from "./TokensCommand.ts"

const keepgaining = Command.make("keepgaining").pipe(
  Command.withDescription("A trading engine for NSE and BSE that records, replays and recovers everything it does"),
  Command.withSubcommands([
    serveCommand,
    brokersCommand,
    ticksCommand,
    calendarCommand,
    candlesCommand,
    archiveCommand,
    historyCommand,
    indicatorsCommand,
    chargesCommand,
    contractsCommand,
    rulesCommand,
    instrumentsCommand,
    DoctorCommand.make(defaults),
    loginCommand,
    tokensCommand
  ])
)

keepgaining.pipe(
  Command.run({ version: packageManifest.version }),
  // The parser has said what is wrong.
  Effect.mapError((error) =>
    error._tag === "ShowHelp" && error.errors.length > 0
      ? new CommandFailure({ cause: "Usage", reason: error.message, code: BAD_INPUT })
      : error
  ),
  Effect.provide([NodeServices.layer, CliOutput.layerPresenter(presenter)]),
  // Answers go to stdout, everything else to stderr.
  Effect.provide(Layer.succeed(Logger.LogToStderr, true)),
  NodeRuntime.runMain
)
