import { type Command, Option } from "commander";
import type { Cli } from "../cli.ts";
import { Failed } from "../exit-codes.ts";

/**
 * `mailfleet deployment show|confirm`: whose database and NATS these are. Like `mailfleet topology`, it speaks to both
 * itself, because the services wait while something is held.
 */
export function addDeploymentCommands(program: Command, cli: Cli): void {
  const task = () => {
    const json = !cli.forPeople;
    return { json, out: cli.terminal.out, env: cli.terminal.env };
  };
  const deployment = program
    .command("deployment")
    .description("which deployment a database and a NATS belong to; speaks to NATS and MongoDB directly")
    .addHelpText(
      "after",
      "\nReads MAILFLEET_NATS_URL, MAILFLEET_NATS_NKEY_FILE, MAILFLEET_MONGO_URL, MAILFLEET_MONGO_DB.",
    );
  deployment
    .command("show")
    .description("say which deployment they belong to, and why nothing is polled or sent if it is held")
    .action(async () => {
      const { showDeployment } = await import("@mailfleet/topology");
      if (!(await showDeployment(task()))) throw new Failed();
    });
  deployment
    .command("confirm")
    .description("end the hold of a restored or copied database")
    .addOption(
      new Option("--as <what>", "`same`: this deployment, restored or with a new NATS; `copy`: a new one from now on")
        .choices(["same", "copy"])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option("--sends <what>", "unfinished sends: `hold` them as uncertain, or send them `again`")
        .choices(["hold", "again"])
        .default("hold"),
    )
    .action(async (said: { as: "same" | "copy"; sends: "hold" | "again" }) => {
      const { confirm } = await import("@mailfleet/topology");
      await confirm({ ...task(), ...said });
    });
}
