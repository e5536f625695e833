import { hash } from "node:crypto";

/** One way to present a password. */
export interface WayToSignIn {
  readonly name: string;
  present(): Promise<void>;
}

/** What a failed try says: the way is not known here, the credentials are wrong, or neither. */
export type WhatFailed = "way" | "credentials" | "other";

/** Presents a password by the ways that a server may know. One per connector and process: it remembers what worked. */
export interface WaysToSignIn {
  /**
   * Presents it by the first way that works, beginning with the one that worked at this server before. Another way is
   * tried where the server does not know one, and once where it refuses the credentials, as some servers do of a way that
   * is broken; where all are refused, only one is tried from then on, so that no account is locked. Throws the first
   * refusal of the credentials, else what failed first.
   */
  signIn(
    who: { readonly server: string; readonly username: string; readonly password: string },
    ways: readonly WayToSignIn[],
    whatFailed: (error: unknown) => WhatFailed,
  ): Promise<void>;
}

const mostRemembered = 10_000;

/** Nothing is remembered yet. */
export function createWaysToSignIn(): WaysToSignIn {
  /** At servers at which the likeliest way did not work: the one that did. */
  const preferred = new Map<string, string>();
  /** Servers and ways that have worked there: what they refuse is wrong. */
  const worked = new Set<string>();
  /** Digests of credentials that every way has refused. */
  const refused = new Set<string>();

  return {
    async signIn({ server, username, password }, ways, whatFailed) {
      const account = hash("sha256", JSON.stringify([server, username, password]));
      const before = preferred.get(server);
      const inOrder = [...ways].sort((a, b) => Number(b.name === before) - Number(a.name === before));
      let first: { readonly error: unknown; readonly what: WhatFailed } | undefined;
      for (const way of inOrder) {
        try {
          await way.present();
          if (first) bounded(preferred).set(server, way.name);
          bounded(worked).add(`${server} ${way.name}`);
          refused.delete(account);
          return;
        } catch (error) {
          const what = whatFailed(error);
          if (!first || (first.what === "way" && what === "credentials")) first = { error, what };
          if (
            what === "other" ||
            (what === "credentials" && (worked.has(`${server} ${way.name}`) || refused.has(account)))
          )
            break;
        }
      }
      if (first?.what === "credentials") bounded(refused).add(account);
      throw first?.error;
    },
  };
}

function bounded<Memory extends { readonly size: number; clear(): void }>(memory: Memory): Memory {
  if (memory.size >= mostRemembered) memory.clear();
  return memory;
}
