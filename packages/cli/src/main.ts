import { nouns } from "@mailfleet/contracts";
import { Command } from "commander";
import description from "../package.json" with { type: "json" };
import { type Cli, createCli } from "./cli.ts";
import { addDeploymentCommands } from "./commands/deployment.ts";
import { addEventCommand } from "./commands/events.ts";
import { addSendCommand, sendsCommands } from "./commands/send.ts";
import { addTokenCreation } from "./commands/tokens.ts";
import { addTopologyCommands } from "./commands/topology.ts";
import { addCompletionCommand } from "./completion.ts";
import { addContextCommands } from "./context/commands.ts";
import { addDoctorCommand } from "./doctor/commands.ts";
import { addDocumentCommands } from "./document/commands.ts";
import { exitCodes, outcomeOf } from "./exit-codes.ts";
import { addExplainCommand } from "./fields/explain.ts";
import { jobCommands } from "./job/commands.ts";
import { mailboxCommands } from "./mailbox/commands.ts";
import { messageCommands } from "./message/commands.ts";
import { eventFacts } from "./message/event-facts.ts";
import { notificationCommands } from "./notification/commands.ts";
import { addNounCommands, type ParticularCommands } from "./noun/commands.ts";
import { addOutputOptions } from "./output/output.ts";
import { profileCommands } from "./profile/commands.ts";
import { settingsCommands } from "./settings/commands.ts";
import { addSupportCommand } from "./support/commands.ts";
import { printable } from "./table.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

const help = `
Where and who:
  MAILFLEET_URL         address of the console, default http://127.0.0.1:8480
  MAILFLEET_TOKEN_FILE  file that holds the token
  MAILFLEET_TOKEN       the token itself, if there is no file
  MAILFLEET_CONTEXT     name of a context, if none of these is set
Without all of them, the command uses the context of \`mailfleet login\`, or else the stack of \`npm start\` in this checkout.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not reachable, 4 not finished yet (it goes on by itself: do not repeat the command).`;

/** What the command line has beyond the declarations, by noun. */
const particular: Readonly<Record<string, ParticularCommands>> = {
  profile: profileCommands,
  mailbox: mailboxCommands,
  settings: settingsCommands,
  job: jobCommands,
  message: messageCommands,
  send: sendsCommands,
  mail: { facts: { events: eventFacts } },
  "notification-settings": notificationCommands,
  erasure: { own: ["create"] },
  token: { own: ["create"], addCommands: addTokenCreation },
};

/** Nouns whose commands stand elsewhere: `mailfleet mailbox sign-in|sign-out`, `mailfleet doctor`. */
const elsewhere: ReadonlySet<string> = new Set(["sign-in", "grant", "checkup"]);

/** The whole command line. */
function build(terminal: Terminal): { program: Command; cli: Cli } {
  const program = new Command("mailfleet")
    .description("Keeps a fleet of business mailboxes connected to their mail servers.")
    .version(description.version, "--version", "print the version")
    .option("--url <url>", "address of the console")
    .option("--token-file <file>", "file that holds the token")
    .option("--context <name>", "where and who, as kept by `mailfleet login`; local is the stack of `npm start`")
    .showHelpAfterError("(see --help)")
    .addHelpText("after", help);
  addOutputOptions(program);
  // Before the subcommands, which copy it.
  program.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.trimEnd()),
    writeErr: (text) => terminal.err(text.trimEnd()),
  });
  const cli = createCli(program, terminal);
  program.hook("preAction", (_, command) => {
    for (const option of command.options) cli.nameFlag(`/${option.attributeName()}`, option.long ?? option.flags);
  });
  for (const noun of nouns) if (!elsewhere.has(noun.name)) addNounCommands(program, cli, noun, particular[noun.name]);
  addSendCommand(program, cli);
  addEventCommand(program, cli);
  addDoctorCommand(program, cli);
  addSupportCommand(program, cli);
  addDocumentCommands(program, cli);
  addContextCommands(program, cli);
  addTopologyCommands(program, cli);
  addDeploymentCommands(program, cli);
  addExplainCommand(program, cli);
  addCompletionCommand(program, cli);
  return { program, cli };
}

/** Runs one command and returns its exit code. Never throws. */
export async function main(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const { program, cli } = build(terminal);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCodes.done;
  } catch (error) {
    const { code, lines } = outcomeOf(error, cli.flagFor);
    for (const line of lines) terminal.err(printable(line));
    return code;
  }
}
