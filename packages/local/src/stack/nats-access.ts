import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { watchSecret } from "../testing/kept-output.ts";
import { natsAccount } from "./topology.ts";

/** Who may do what at the NATS of a stack. */
export interface NatsAccess {
  /** Lines for the configuration of the server. */
  readonly configuration: readonly string[];
  /** What a process reads that signs in as this user. */
  environmentOf(user: string, address: string): Record<string, string>;
  /** The address with the user `observer` in it, who may do everything: people and tests look with it. */
  observerUrl(address: string): string;
}

/** A server that somebody named has users of its own, or none: its address is used as it is. */
export const asNamed: NatsAccess = {
  configuration: [],
  environmentOf: (_, address) => ({ MAILFLEET_NATS_URL: address }),
  observerUrl: (address) => address,
};

/** A user for each service with its rights, as in a cluster. Their nkeys are in this folder, and are made if they are not. */
export async function createNatsAccess(folder: string): Promise<NatsAccess> {
  const account = await natsAccount(folder);
  for (const file of await readdir(folder)) watchSecret((await readFile(join(folder, file), "utf8")).trim());
  const password = randomBytes(18).toString("hex");
  watchSecret(password);
  const observer = `{ user: "observer", password: ${JSON.stringify(password)} }`;
  return {
    configuration: [`accounts {\n${account.replace("users: [", `users: [\n    ${observer}`)}}`],
    environmentOf: (user, address) => ({
      MAILFLEET_NATS_URL: address,
      MAILFLEET_NATS_NKEY_FILE: join(folder, `${user}-nats-nkey`),
    }),
    observerUrl: (address) => address.replace("://", `://observer:${password}@`),
  };
}
