import { execFileSync, spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { serviceNames } from "@mailfleet/contracts";
import type { Figure } from "./report.ts";

const rounds = 3;
const targetMs = 1000;
const context = ".local/image";
/** Nobody answers there, and the files are read later: that a service is live is all that is measured. */
const env = {
  MAILFLEET_NATS_URL: "nats://127.0.0.1:1",
  MAILFLEET_MONGO_URL: "mongodb://127.0.0.1:1",
  MAILFLEET_OPEN_KEYS: "open-keys",
  MAILFLEET_SEAL_KEY: "seal-key",
  MAILFLEET_NOTIFY_OPEN_KEYS: "notify-open-keys",
  MAILFLEET_NOTIFY_SEAL_KEY: "notify-seal-key",
  MAILFLEET_ADMIN_TOKEN_FILE: "admin-token",
};

/** How long a service takes from its start to its being live, as a bundle and from its sources; sizes. */
export async function image(): Promise<Figure> {
  const said = execFileSync(process.execPath, ["deploy/image/main.ts", "--prepare"], { encoding: "utf8" });
  const bundled: number[] = [];
  const sources: number[] = [];
  for (let round = 0; round < rounds; round++)
    for (const name of serviceNames) {
      bundled.push(await startMs(`${context}/app/${name}/main.js`));
      sources.push(await startMs(`services/${name}/main.ts`));
    }
  return {
    bench: "image",
    value: median(bundled),
    unit: "ms until a service is live (median of six services)",
    target: targetMs,
    lowerIsBetter: true,
    peer: "from its sources",
    peerValue: median(sources),
    notes: [
      ...said.split("\n").filter((line) => /^mailfleet-/.test(line)),
      `what every image has besides: ${(bytesBelow(`${context}/system`) / 1e6).toFixed(0)} MB`,
    ],
  };
}

/** Until the log line "starting", which follows the opening of the port. */
async function startMs(script: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--enable-source-maps", script], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('"msg":"starting"')) return performance.now() - began;
    throw new Error(`${script} ended before it had started`);
  } finally {
    child.kill("SIGKILL");
  }
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce((sum, name) => {
    const found = statSync(`${folder}/${name}`);
    return sum + (found.isFile() ? found.size : 0);
  }, 0);
}
