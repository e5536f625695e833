import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, isPortFree } from "../engines/free-port.ts";

/** The ports that people write into profiles and bookmarks. */
const names = ["console", "imap", "pop3", "smtp"] as const;
export type KeptPorts = Record<(typeof names)[number], number>;

/**
 * The ports of a data folder, the same at every start as long as nobody else has taken one: a profile that names the
 * sandbox works tomorrow, too. `wished` comes before what was kept.
 */
export async function keptPorts(dataDir: string, wished: Partial<KeptPorts> = {}): Promise<KeptPorts> {
  const file = join(dataDir, "ports.json");
  const kept = await readFile(file, "utf8").then(
    (text) => JSON.parse(text) as Partial<KeptPorts>,
    () => ({}) as Partial<KeptPorts>,
  );
  const ports = {} as KeptPorts;
  for (const name of names) {
    const known = [wished[name], kept[name]].filter((port) => port !== undefined);
    const taken = new Set(Object.values(ports));
    const free = await firstFree(known.filter((port) => !taken.has(port)));
    ports[name] = free ?? (await freePort());
  }
  await writeFile(file, `${JSON.stringify(ports)}\n`);
  return ports;
}

async function firstFree(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) if (await isPortFree(port)) return port;
  return undefined;
}
