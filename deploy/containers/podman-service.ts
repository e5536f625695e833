import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually, NoContainerEngine } from "@mailfleet/local/testing";
import { docker } from "./docker-api.ts";
import { isThere } from "./is-there.ts";
import { podman, podmanConfiguration, podmanMissing, podmanRun } from "./podman.ts";

const run = promisify(execFile);

/** Images are kept here from one run to the next. */
const storage = join(homedir(), ".cache/mailfleet/containers");
/** The second, which copies, is for machines whose own files are layers already. */
const drivers = ["overlay", "vfs"];
const READY_WITHIN_MS = 30_000;

/** Docker's API by podman, as long as it is needed. */
export interface PodmanService {
  readonly dockerHost: string;
  /** Ends it. Containers are removed before. */
  stop(): Promise<void>;
}

/** Starts podman's service with its socket in this folder. Throws {@link NoContainerEngine} with podman's words. */
export async function startPodman(folder: string): Promise<PodmanService> {
  const missing = await podmanMissing();
  if (missing) throw new NoContainerEngine(missing);
  const file = join(folder, "containers.conf");
  await writeFile(file, podmanConfiguration());
  const dockerHost = `unix://${join(folder, "podman.sock")}`;
  const words: string[] = [];
  for (const driver of drivers) {
    const home = join(storage, driver);
    const users = join(home, "users");
    await mkdir(users, { recursive: true, mode: 0o700 });
    await writeFile(join(users, String(process.pid)), "");
    const [program, ...options] = podman(home, driver).command;
    const env = { ...process.env, CONTAINERS_CONF: file };
    const service = spawn(program, [...options, "system", "service", "--time=0", dockerHost], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    service.stderr.on("data", (some) => {
      said = `${said}${some}`.slice(-2000);
    });
    const stop = async () => {
      await ended(service);
      await rm(join(users, String(process.pid)));
      // The run of another checkout.
      if ((await readdir(users)).some((pid) => isThere(Number(pid)))) return;
      // A podman that cannot use this driver fails here, too.
      const ask = (...words: string[]) =>
        run(program, [...options, ...words], { env }).then(
          ({ stdout }) => stdout,
          () => "",
        );
      // A build that broke off leaves what it worked on, mounted; and podman its storage, mounted on itself.
      const left = (await ask("ps", "--all", "--external", "--quiet")).split("\n").filter(Boolean);
      if (left.length > 0) await ask("rm", "--force", ...left);
      await run("umount", [join(home, "storage", driver)]).catch(() => {});
      await rm(podmanRun(home), { recursive: true, force: true }).catch(() => {});
    };
    const answer = await eventually(
      async () => (service.exitCode === null ? docker(dockerHost, "GET", "/info") : "ended"),
      { timeoutMs: READY_WITHIN_MS },
    ).catch((error: Error) => error);
    if (typeof answer === "string" && answer !== "ended") return { dockerHost, stop };
    await stop();
    words.push(`${driver}: ${said.trim() || (answer as Error).message}`);
  }
  throw new NoContainerEngine(`podman does not start here: ${words.join("; ")}`);
}

async function ended(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  service.once("exit", () => resolve());
  service.kill("SIGTERM");
  const late = setTimeout(() => service.kill("SIGKILL"), 10_000);
  await promise;
  clearTimeout(late);
}
