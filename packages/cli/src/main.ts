import { Command } from "commander";
import { createCli } from "./cli.ts";
import { addEventCommand } from "./commands/events.ts";
import { addMailboxCommands } from "./commands/mailbox.ts";
import { addMessageCommands } from "./commands/messages.ts";
import { addNotificationCommands } from "./commands/notifications.ts";
import { addOperationCommands } from "./commands/operations.ts";
import { addProfileCommands } from "./commands/profile.ts";
import { addSendCommands } from "./commands/send.ts";
import { addSettingsCommands } from "./commands/settings.ts";
import { exitCodes, outcomeOf } from "./exit-codes.ts";
import { printable } from "./table.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

const help = `
Where and who:
  MAILFLEET_URL         address of the console, default http://127.0.0.1:8480
  MAILFLEET_TOKEN_FILE  file that holds the token
  MAILFLEET_TOKEN       the token itself, where no file is at hand

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not reachable.`;

/** The whole command line. */
function build(terminal: Terminal): Command {
  const program = new Command("mailfleet")
    .description("Keeps a fleet of business mailboxes connected to their mail servers.")
    .option("--url <url>", "address of the console")
    .option("--token-file <file>", "file that holds the token")
    .option("--json", "answers as JSON")
    .showHelpAfterError("(see --help)")
    .addHelpText("after", help);
  // Before the subcommands, which copy it.
  program.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.trimEnd()),
    writeErr: (text) => terminal.err(text.trimEnd()),
  });
  const cli = createCli(program, terminal);
  addProfileCommands(program, cli);
  addMailboxCommands(program, cli);
  addMessageCommands(program, cli);
  addSendCommands(program, cli);
  addOperationCommands(program, cli);
  addSettingsCommands(program, cli);
  addNotificationCommands(program, cli);
  addEventCommand(program, cli);
  return program;
}

/** Runs one command and returns its exit code. Never throws. */
export async function main(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  try {
    await build(terminal).parseAsync([...args], { from: "user" });
    return exitCodes.done;
  } catch (error) {
    const { code, lines } = outcomeOf(error);
    for (const line of lines) terminal.err(printable(line));
    return code;
  }
}
