import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  pip,
  pythonEnvironment,
  pythonPackages,
  runInstaller,
  withoutPackages,
} from "../../engines/python-packages.ts";

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const [requirements, requirementsZipped] = [here("requirements.txt"), here("requirements-zipped.txt")];
/** The SDK of Graph has over a thousand classes to load: 6 s of processor time. */
const scriptMs = 120_000;

/**
 * Folder with the independent clients from PyPI, below `.local`. Below it, in `zipped`, are those that are used as
 * wheels. Throws an Error that says why they cannot be had.
 */
const pythonClients = (): Promise<string> =>
  pythonPackages({
    name: "python-clients",
    pinnedBy: [requirements, requirementsZipped],
    install: async (folder) => {
      const zipped = join(folder, "zipped");
      await pip("install", ["--target", folder, "-r", requirements]);
      await pip("download", ["--dest", zipped, "-r", requirementsZipped]);
      await runInstaller([here("name-folders.py"), zipped]);
    },
  });

/** Why the clients cannot be had here; `false` if they can. */
export const withoutPythonClients = (): Promise<string | false> =>
  withoutPackages("the independent clients", pythonClients);

/**
 * Runs a Python script with the clients; what it needs goes in as JSON on its standard input, because arguments and
 * environment can be seen by others. Answers the JSON that it prints. `ca`: file with a certificate to be trusted.
 */
export async function runPython(script: string, input: object, ca?: string): Promise<unknown> {
  const home = await pythonClients();
  const zipped = join(home, "zipped");
  const places = [home, ...(await readdir(zipped)).map((wheel) => join(zipped, wheel))];
  const child = run("python3", ["-B", script], {
    timeout: scriptMs,
    maxBuffer: 16 * 1024 * 1024,
    env: {
      ...pythonEnvironment(home, places),
      ...(ca ? { REQUESTS_CA_BUNDLE: ca, SSL_CERT_FILE: ca } : {}),
    },
  });
  child.child.stdin?.end(JSON.stringify(input));
  try {
    return JSON.parse((await child).stdout);
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(`${script.split("/").at(-1)}: ${stderr.trim().split("\n").slice(-8).join("\n") || message}`);
  }
}
