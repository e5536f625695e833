import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LOCAL_FOLDER } from "../../engines/local-folder.ts";

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const [requirements, requirementsZipped] = [here("requirements.txt"), here("requirements-zipped.txt")];
const installMs = 300_000;
/** The SDK of Graph has over a thousand classes to load: 6 s of processor time. */
const scriptMs = 120_000;

/** One of pip's commands; each wheel is compared with its pinned SHA-256. */
const pip = (command: "install" | "download", what: readonly string[]) =>
  run(
    "python3",
    [
      ...["-m", "pip", command, "--disable-pip-version-check", "--quiet", "--no-cache-dir"],
      ...["--no-deps", "--only-binary=:all:", "--require-hashes", ...what],
    ],
    { timeout: installMs, maxBuffer: 16 * 1024 * 1024 },
  );

/**
 * Folder with the independent clients from PyPI, below `.local`; installed only if it is not there. Below it, in `zipped`,
 * are those that are used as wheels. Safe when several processes do it at once. Throws an Error that says why it cannot
 * be had.
 */
export async function pythonClients(): Promise<string> {
  const name = createHash("sha256")
    .update(await readFile(requirements))
    .update(await readFile(requirementsZipped))
    .digest("hex")
    .slice(0, 16);
  const { stdout } = await run("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  const home = join(LOCAL_FOLDER, "python-clients", `${name}-${stdout.trim()}`);
  const isThere = () =>
    access(home).then(
      () => true,
      () => false,
    );
  if (await isThere()) return home;
  const work = `${home}.${randomUUID()}`;
  await mkdir(work, { recursive: true });
  try {
    const zipped = join(work, "zipped");
    await pip("install", ["--target", work, "-r", requirements]);
    await pip("download", ["--dest", zipped, "-r", requirementsZipped]);
    await run("python3", [here("name-folders.py"), zipped], { timeout: installMs });
    // Else somebody was faster: use theirs.
    await rename(work, home).catch(async (error: unknown) => {
      if (!(await isThere())) throw error;
    });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(stderr.trim().split("\n").at(-1) || message, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return home;
}

/** Why the clients cannot be had here; `false` if they can. On a build machine that is an error, not a reason to skip. */
export async function withoutPythonClients(): Promise<string | false> {
  try {
    await pythonClients();
    return false;
  } catch (error) {
    if (process.env.CI) throw error;
    return `the independent clients cannot be installed: ${(error as Error).message.slice(0, 200)}`;
  }
}

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
      PATH: process.env.PATH,
      PYTHONPATH: places.join(":"),
      PYTHONNOUSERSITE: "1",
      HOME: home,
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
