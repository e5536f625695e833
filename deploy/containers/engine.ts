import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeProgramFolder } from "@mailfleet/image";
import {
  type ContainerEngine,
  findEngine,
  MONGO_PROGRAM,
  NATS_PROGRAM,
  NoContainerEngine,
  startContainer,
} from "@mailfleet/local/testing";
import { ensureImage } from "./build-image.ts";
import { docker } from "./docker-api.ts";
import { isThere } from "./is-there.ts";
import { rootOnly } from "./podman.ts";
import { startPodman } from "./podman-service.ts";

const LABEL = "mailfleet.run";
const REMOVING_ROUNDS = 3;
const REMOVED_WITHIN_MS = 60_000;

/**
 * The engine that `DOCKER_HOST` names, or podman's; with images of NATS and MongoDB. `stop` leaves nothing of it. Throws
 * {@link NoContainerEngine}, also where an engine answers but builds or starts nothing.
 */
export async function startEngine(): Promise<ContainerEngine & { stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "mailfleet-containers-"));
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    // Where one fails, e.g. because podman is gone already, the others are still done.
    for (const one of stops.splice(0).reverse()) await one().catch(() => {});
  };
  try {
    const service = process.env.DOCKER_HOST ? undefined : await startPodman(folder);
    if (service) stops.push(service.stop);
    const dockerHost = service?.dockerHost ?? (await answering(process.env.DOCKER_HOST!));
    await removeContainers(dockerHost, (owner) => !isThere(owner));
    stops.push(() => removeContainers(dockerHost, (owner) => owner === process.pid));
    const images: Record<string, string> = {};
    for (const program of [NATS_PROGRAM, MONGO_PROGRAM])
      images[program.command] = await imageOf(
        dockerHost,
        program.command,
        (await findEngine(program)).executable,
        folder,
      );
    const engine = { dockerHost, images, labels: { [LABEL]: String(process.pid) }, folder };
    await tryOut(engine);
    return { ...engine, stop };
  } catch (error) {
    await stop();
    throw error instanceof NoContainerEngine ? error : new NoContainerEngine((error as Error).message);
  }
}

async function answering(host: string): Promise<string> {
  await docker(host, "GET", "/_ping", { patienceMs: 5000 }).catch((error: Error) => {
    throw new NoContainerEngine(`${error.message}. Start it, or unset DOCKER_HOST`);
  });
  if (process.getuid?.() !== 0) throw new NoContainerEngine(rootOnly);
  return host;
}

/** A program of this machine FROM scratch, with the libraries that it is linked with. */
async function imageOf(host: string, name: string, executable: string, folder: string): Promise<string> {
  const context = join(folder, name);
  await writeProgramFolder(join(context, "system"), executable, name);
  const lines = ["FROM scratch", "COPY system/ /", "USER 65532:65532", `ENTRYPOINT ["/${name}"]`];
  await writeFile(join(context, "Dockerfile"), `${lines.join("\n")}\n`);
  const image = await ensureImage(host, {
    name: `mailfleet-test-${name}`,
    folder: context,
    parts: ["Dockerfile", "system"],
  });
  await rm(context, { recursive: true });
  return image;
}

/** An engine that answers may still be unable to start anything: better known at once than by every test. */
async function tryOut(engine: ContainerEngine): Promise<void> {
  const folder = await mkdtemp(join(engine.folder, "try-"));
  const image = engine.images[NATS_PROGRAM.command]!;
  const container = await startContainer(engine, { image, args: ["--version"], folder });
  const code = await container.ended;
  if (code !== 0) throw new NoContainerEngine(`${image} ended with code ${code}: ${container.lines.join("\n")}`);
}

/** Those of our containers whose owner, a process of this machine, is one of these; also one that is being made now. */
async function removeContainers(host: string, which: (owner: number) => boolean): Promise<void> {
  const query = new URLSearchParams({ all: "1", filters: JSON.stringify({ label: [LABEL] }) });
  for (let round = 1; round <= REMOVING_ROUNDS; round += 1) {
    const all: { Id: string; Labels: Record<string, string> }[] = JSON.parse(
      await docker(host, "GET", `/containers/json?${query}`),
    );
    const ours = all.filter(({ Labels }) => which(Number(Labels[LABEL])));
    if (ours.length === 0) return;
    const remove = ({ Id }: { Id: string }) =>
      docker(host, "DELETE", `/containers/${Id}?force=1&v=1`, { patienceMs: REMOVED_WITHIN_MS }).catch(() => {});
    await Promise.all(ours.map(remove));
  }
}
