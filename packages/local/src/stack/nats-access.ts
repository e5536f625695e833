import { randomBytes } from "node:crypto";
import { watchSecret } from "../testing/kept-output.ts";
import { natsUsers } from "./topology.ts";

/** Who may do what at the NATS of a stack. */
export interface NatsAccess {
  /** Lines for the configuration of the server. */
  readonly configuration: readonly string[];
  /** The address with a user in it. `observer` may do everything: people and tests look with it. */
  urlOf(user: string, address: string): string;
}

/** A server that somebody named has users of its own, or none: its address is used as it is. */
export const asNamed: NatsAccess = { configuration: [], urlOf: (_, address) => address };

/** A user for each service with its rights, as in a cluster, with passwords that last as long as the stack. */
export async function createNatsAccess(): Promise<NatsAccess> {
  const passwords = new Map<string, string>();
  const passwordOf = (user: string) => {
    const password = passwords.get(user) ?? `p${randomBytes(18).toString("hex")}`;
    if (!passwords.has(user)) watchSecret(password);
    passwords.set(user, password);
    return password;
  };
  // The variable stands for itself in a line; NATS would look for it in its environment.
  const users = (await natsUsers()).replaceAll(
    /user: "([^"]+)"\n(\s+)password: \$\w+/g,
    (_, user: string, indent: string) => {
      return `user: ${JSON.stringify(user)}\n${indent}password: ${passwordOf(user)}`;
    },
  );
  const observer = `{ user: "observer", password: ${passwordOf("observer")} }`;
  return {
    configuration: [users.replace(/users: \[/, `users: [\n    ${observer}`)],
    urlOf: (user, address) => address.replace("://", `://${user}:${passwordOf(user)}@`),
  };
}
