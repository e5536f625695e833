import { type Command, Option } from "commander";
import type { Cli } from "../cli.ts";
import { Failed } from "../exit-codes.ts";

const texts = {
  apply: "make and change what the services need in NATS and MongoDB, before an upgrade",
  diff: "say what `apply` would do, and why",
  check: "fail if something is missing or different",
} as const;

/**
 * `mailfleet topology apply|diff|check|nats-users|mongo-roles`: the one command that speaks to NATS and MongoDB itself, with the rights of
 * their administrator. It reads MAILFLEET_NATS_URL and MAILFLEET_MONGO_URL, as the services do.
 */
export function addTopologyCommands(program: Command, cli: Cli): void {
  const topology = program
    .command("topology")
    .description("streams, consumers, collections and indexes; speaks to NATS and MongoDB directly")
    .addHelpText(
      "after",
      "\nReads MAILFLEET_NATS_URL, MAILFLEET_NATS_NKEY_FILE, MAILFLEET_MONGO_URL, MAILFLEET_MONGO_DB, MAILFLEET_STREAM_REPLICAS, MAILFLEET_FACTS_BYTES, MAILFLEET_OUTSIDE_ACCOUNTS.",
    );
  topology
    .command("nats-users")
    .description(
      "print Mailfleet's NATS account, with its users and their rights, for the configuration of the NATS servers",
    )
    .requiredOption("--keys <folder>", "folder with each user's nkey seed; missing ones are made there")
    .action(async ({ keys }: { keys: string }) => {
      const { natsAccount, outsideAccounts, readOrMakeNkeys } = await import("@mailfleet/topology");
      const outside = outsideAccounts.parse(cli.terminal.env.MAILFLEET_OUTSIDE_ACCOUNTS || undefined);
      cli.terminal.out(natsAccount(readOrMakeNkeys(keys), outside).trimEnd());
    });
  topology
    .command("mongo-roles")
    .description("print the MongoDB roles, as a script for mongosh")
    .action(async () => {
      const { mongoRoles, mongoRolesScript } = await import("@mailfleet/topology");
      const database = cli.terminal.env.MAILFLEET_MONGO_DB || "mailfleet";
      const json = !cli.forPeople;
      cli.terminal.out(json ? JSON.stringify(mongoRoles(database)) : mongoRolesScript(database));
    });
  for (const action of ["apply", "diff", "check"] as const) {
    const command = topology.command(action).description(texts[action]);
    if (action === "apply")
      command.addOption(
        new Option("--contract", "also remove what is no longer used: only when nothing of the previous version runs"),
      );
    command.action(async ({ contract = false }: { contract?: boolean }) => {
      const { topology: run } = await import("@mailfleet/topology");
      const json = !cli.forPeople;
      const { out, env } = cli.terminal;
      if (!(await run({ action, contract, json, out, env }))) throw new Failed();
    });
  }
}
