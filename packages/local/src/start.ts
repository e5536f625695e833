/** `npm start`: the whole system on this machine until Ctrl-C. */
import { join, relative, resolve } from "node:path";
import { buildPage } from "./build-page.ts";
import { doublesReachable, startProviderHouse } from "./demo/provider-house.ts";
import { EngineUnavailable } from "./engines/engine-unavailable.ts";
import { CHECKOUT } from "./engines/local-folder.ts";
import { rehearsals } from "./rehearsals.ts";
import { endWithParent } from "./stack/end-with-parent.ts";
import { startStack } from "./stack/index.ts";
import { readStartArguments, type StartArguments, usage } from "./start-arguments.ts";

const sandbox = ["anna", "sales", "support"].map((name) => ({
  address: `${name}@sandbox.test`,
  password: `${name}-secret`,
}));

async function start({ logs, fresh, data, with: provider }: StartArguments): Promise<number> {
  const house = provider ? await startProviderHouse(sandbox, { atUsualPorts: true }) : null;
  let stop = async (): Promise<void> => process.exit(0); // until there is something to stop, the pipes end what has started
  endWithParent(() => stop());
  await buildPage();
  console.log("Starting NATS, MongoDB, a sandbox mail server and the services …");
  const stack = await startStack({
    ...{ sandbox, dataDir: data, fresh, logs },
    env: house ? doublesReachable : {},
  });
  stop = async () => {
    console.log("\nStopping …");
    await stack.stop();
    await house?.stop();
  };
  const { imapPort, pop3Port, smtpPort } = stack.sandbox;
  console.log(`
Mailfleet runs.
  administrator's page ${stack.consoleUrl}/admin/
  HTTP API             ${stack.consoleUrl}/api/v1
  administrator token  ${shown(stack.adminTokenFile)}
  sandbox mail server  IMAP 127.0.0.1:${imapPort}, POP3 127.0.0.1:${pop3Port}, SMTP 127.0.0.1:${smtpPort}, no encryption
                       ${sandbox.map(({ address, password }) => `${address} (${password})`).join(", ")}
  NATS, MongoDB        ${new URL(stack.natsUrl).host} and ${new URL(stack.mongoUrl).host}
                       (with user and password: ${shown(resolve(CHECKOUT, data, "nats-url"))}, mongo-url)
  command line         ${commandLine(stack.consoleUrl, stack.adminTokenFile)}
Ctrl-C stops everything.
`);
  if (house && provider) {
    const { consoleUrl } = stack;
    const folder = resolve(CHECKOUT, data);
    const [{ address = "" } = {}] = sandbox;
    console.log(await rehearsals[provider]({ house, folder, consoleUrl, address, shown }));
  }
  const reason = await stack.ended;
  if (reason === null) return 0;
  console.error(reason);
  return 1;
}

/** A file as a person types it: short where it lies below the present folder. */
function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") ? file : short;
}

/** A first command that works as it stands, in another terminal. Of the default data folder it finds the rest itself. */
function commandLine(consoleUrl: string, tokenFile: string): string {
  const found = tokenFile === join(CHECKOUT, ".local/stack/admin-token");
  return `npx mailfleet${found ? "" : ` --url ${consoleUrl} --token-file ${tokenFile}`} profile list     (and --help)`;
}

let asked: StartArguments;
try {
  asked = readStartArguments(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
try {
  if (asked.help) console.log(usage);
  else process.exitCode = await start(asked);
} catch (error) {
  console.error(error instanceof EngineUnavailable ? error.message : error);
  process.exit(1);
}
