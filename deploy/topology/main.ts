/** The topology step as a process of its own, for a job in a cluster and for the local stack. */
import { parseArgs } from "node:util";
import { mongoRoles, mongoRolesScript } from "./mongo-roles.ts";
import { natsAccount } from "./nats-users.ts";
import { readOrMakeNkeys } from "./nkey-files.ts";
import { outsideAccounts } from "./outside.ts";
import { type TopologyAction, topology, topologyActions } from "./topology.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { contract: { type: "boolean" }, json: { type: "boolean" }, keys: { type: "string" } },
});
const [action = "apply"] = positionals;
if (action === "nats-users") {
  if (!values.keys) {
    console.error("nats-users needs --keys FOLDER: the seeds of the users are there, and are made if they are not");
    process.exit(2);
  }
  console.log(
    natsAccount(
      readOrMakeNkeys(values.keys),
      outsideAccounts.parse(process.env.MAILFLEET_OUTSIDE_ACCOUNTS || undefined),
    ),
  );
  process.exit(0);
}
if (action === "mongo-roles") {
  const database = process.env.MAILFLEET_MONGO_DB ?? "mailfleet";
  console.log(values.json ? JSON.stringify(mongoRoles(database)) : mongoRolesScript(database));
  process.exit(0);
}
if (!topologyActions.some((one) => one === action)) {
  console.error(`${action} is not one of ${[...topologyActions, "nats-users", "mongo-roles"].join(", ")}`);
  process.exit(2);
}
try {
  const done = await topology({
    action: action as TopologyAction,
    ...values,
    out: (line) => console.log(line),
    env: process.env,
  });
  process.exit(done ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
