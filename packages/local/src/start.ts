/**
 * `npm start`: the whole system on this machine until Ctrl-C.
 *
 *   -- --logs all|warn|none|config,scheduler   what is shown; warnings unless told
 *   -- --data FOLDER                           data, keys and token; .local/stack unless told
 *   -- --fresh                                 begin with empty data
 */
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { EngineUnavailable } from "./engines/engine-unavailable.ts";
import { endWithParent } from "./stack/end-with-parent.ts";
import { type LogSelection, startStack } from "./stack/index.ts";

const sandbox = ["anna", "sales", "support"].map((name) => ({
  address: `${name}@sandbox.test`,
  password: `${name}-secret`,
}));

function readLogs(value: string): LogSelection {
  return value === "all" || value === "warn" || value === "none" ? value : value.split(",");
}

async function start(): Promise<number> {
  const { values } = parseArgs({
    options: {
      logs: { type: "string", default: "warn" },
      fresh: { type: "boolean", default: false },
      data: { type: "string", default: ".local/stack" },
    },
  });
  let stop = async (): Promise<void> => process.exit(0); // until there is something to stop, the pipes end what has started
  endWithParent(() => stop());
  console.log("Starting NATS, MongoDB, a sandbox mail server and the services …");
  const stack = await startStack({ sandbox, dataDir: values.data, fresh: values.fresh, logs: readLogs(values.logs) });
  stop = async () => {
    console.log("\nStopping …");
    await stack.stop();
  };
  const { imapPort, smtpPort } = stack.sandbox;
  console.log(`
Mailfleet runs.
  HTTP API             ${stack.consoleUrl}/api/v1
  administrator token  ${relative(process.cwd(), stack.adminTokenFile)}
  sandbox mail server  IMAP 127.0.0.1:${imapPort}, SMTP 127.0.0.1:${smtpPort}, no encryption
                       ${sandbox.map(({ address, password }) => `${address} (${password})`).join(", ")}
  NATS, MongoDB        ${stack.natsUrl}, ${new URL(stack.mongoUrl).host}
Ctrl-C stops everything.
`);
  const reason = await stack.ended;
  if (reason === null) return 0;
  console.error(reason);
  return 1;
}

try {
  process.exitCode = await start();
} catch (error) {
  console.error(error instanceof EngineUnavailable ? error.message : error);
  process.exit(1);
}
