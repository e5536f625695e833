import { execFile } from "node:child_process";
import { once } from "node:events";
import { chown, readdir, readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
/** Whose the secrets and the data are: nobody's on this machine. */
const OWNER = 65532;

/** An installation on one machine: what a person has who has followed docs/install-compose.md up to `npm run secrets`. */
export interface Installation {
  readonly folder: string;
  /** `docker compose …`; throws with what it said. */
  compose(...args: readonly string[]): Promise<string>;
  /** `docker compose … > file`, or with `<` before the file's name. */
  composeFile(redirection: ">" | "<", file: string, ...args: readonly string[]): Promise<string>;
  docker(...args: readonly string[]): Promise<string>;
  /** `npx mailfleet …` */
  mailfleet(...args: readonly string[]): Promise<string>;
  /** The token of the first administrator. */
  token(): Promise<string>;
}

/** Builds the images and makes the secrets in this folder; `settings` go into `.env`. `env` leads to the engine. */
export async function install(
  folder: string,
  env: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>>,
): Promise<Installation> {
  const whole = { ...process.env, ...env };
  const ask = async (program: string, ...args: readonly string[]) => {
    const { stdout } = await run(program, args, { cwd: root, env: whole, maxBuffer: 1e8 }).catch((error) => {
      throw new Error(`${program} ${args.join(" ")}: ${error.stderr || error.message}`);
    });
    return stdout;
  };
  await ask(process.execPath, join(root, "deploy/image/main.ts"));
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(folder, ".env"), lines.join(""));
  await ask(process.execPath, join(root, "deploy/compose/main.ts"), "--folder", folder);
  // The tests run as root, and a person does not.
  const file = join(folder, ".env");
  await writeFile(file, (await readFile(file, "utf8")).replace(/^(MAILFLEET_USER)=.*$/m, `$1=${OWNER}:${OWNER}`));
  for (const entry of await readdir(join(folder, ".local"), { recursive: true }))
    await chown(join(folder, ".local", entry), OWNER, OWNER);
  const token = join(folder, ".local/data/token/admin-token");
  const compose = ["docker", "compose", "--project-directory", folder, "--file", "deploy/compose.yaml"] as const;
  return {
    folder,
    docker: (...args) => ask("docker", ...args),
    compose: (...args) => ask(...compose, ...args),
    composeFile: (redirection, file, ...args) =>
      ask("/bin/sh", "-c", `exec "$@" ${redirection} "$0"`, file, ...compose, ...args),
    mailfleet: (...args) => {
      const command = ["env", `MAILFLEET_TOKEN_FILE=${token}`, process.execPath, "packages/cli/bin/mailfleet.mjs"];
      return ask(...(command as [string, ...string[]]), ...args);
    },
    token: async () => (await readFile(token, "utf8")).trim(),
  };
}

/** Lets containers reach ports of loopback at another address of this machine. */
export async function openAt(address: string, ports: readonly number[]): Promise<() => Promise<void>> {
  await run("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
  const servers = ports.map((port) =>
    createServer((client) => {
      const server = connect(port, "127.0.0.1");
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const)
        from.on("error", () => to.destroy()).pipe(to);
    }).listen(port, address),
  );
  await Promise.all(servers.map((server) => once(server, "listening")));
  return async () => {
    for (const server of servers) server.close();
  };
}
