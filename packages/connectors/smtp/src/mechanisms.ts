import { createHmac, randomBytes } from "node:crypto";
import type { PasswordCredentials } from "@mailfleet/connector-api";

/** Ways to hand over a password (RFC 4616; LOGIN was never an RFC). */
export type PasswordMechanism = "PLAIN" | "LOGIN";

/** What is known of a password at a server: what to begin with, and whether the other one may be tried where it is refused. */
export interface KnownMechanism {
  readonly first: PasswordMechanism | null;
  readonly mayTryOther: boolean;
}

const unknown: KnownMechanism = { first: null, mayTryOther: true };
const MOST = 10_000;

/**
 * Remembers by which mechanism a server takes a password. A server whose PLAIN is broken refuses the right password by
 * it; to try LOGIN each time would cost a wrong password two failed sign-ins each time, and accounts are locked after a
 * few. So the other one is tried once for each password.
 */
export class Mechanisms {
  readonly #known = new Map<string, KnownMechanism>();
  readonly #key = randomBytes(32);

  of(server: { readonly host: string; readonly port: number }, credentials: PasswordCredentials) {
    const { username, password } = credentials;
    const words = JSON.stringify([server.host, server.port, username, password.reveal()]);
    const name = createHmac("sha256", this.#key).update(words).digest("base64");
    return {
      known: this.#known.get(name) ?? unknown,
      note: (found: KnownMechanism) => {
        if (this.#known.size >= MOST) this.#known.clear();
        this.#known.set(name, found);
      },
    };
  }
}
