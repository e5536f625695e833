import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newNkeySeed, publicNkeyOf } from "@mailfleet/bus/topology";
import { allNatsUsers } from "./nats-users.ts";

/** Where in a folder the seed of a user's nkey is. */
export const nkeyFileOf = (user: string) => `${user}-nats-nkey`;

/**
 * The public keys of all users of NATS by name, and of `more`, from the seeds in this folder. A user without one gets it now,
 * in a file that only its owner reads. Throws if a file holds something else.
 */
export function readOrMakeNkeys(folder: string, more: readonly string[] = []): ReadonlyMap<string, string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return new Map(
    [...allNatsUsers.map(({ name }) => name), ...more].map((name) => {
      const file = join(folder, nkeyFileOf(name));
      if (!existsSync(file)) writeFileSync(file, `${newNkeySeed()}\n`, { mode: 0o400, flag: "wx" });
      return [name, publicNkeyOfFile(file)];
    }),
  );
}

function publicNkeyOfFile(file: string): string {
  const seed = readFileSync(file, "utf8").trim();
  try {
    return publicNkeyOf(seed);
  } catch {
    // Its message may quote the seed.
    throw new Error(`${file} holds no nkey seed: remove it, and a new one is made`);
  }
}
