import { createHmac, randomBytes } from "node:crypto";

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
   * is broken; where all are refused, only one is tried from then on, so that no account is locked. Where the connection
   * ends behind a refusal, the next one begins with the way that was not answered. Gives the way that worked, and the one
   * that was refused before it. Throws the first refusal of the credentials, else what failed first.
   */
  signIn(
    who: { readonly server: string; readonly username: string; readonly password: string },
    ways: readonly WayToSignIn[],
    whatFailed: (error: unknown) => WhatFailed,
  ): Promise<{ readonly by: string; readonly insteadOf: string | null }>;
}

const mostRemembered = 10_000;

/** Nothing is remembered yet. */
export function createWaysToSignIn(): WaysToSignIn {
  /** At servers at which the likeliest way did not work: the one that did. */
  const preferred = new Map<string, string>();
  /** Servers and ways that have worked there: what they refuse is wrong. */
  const worked = new Set<string>();
  /** Digests of credentials that were refused: only one way is tried. */
  const refused = new Set<string>();
  /** Digests of credentials, and the way that was not answered any more behind a refusal. */
  const unanswered = new Map<string, string>();
  const key = randomBytes(32);

  return {
    async signIn({ server, username, password }, ways, whatFailed) {
      const account = createHmac("sha256", key)
        .update(JSON.stringify([server, username, password]))
        .digest("base64");
      const left = unanswered.get(account);
      const before = left ?? preferred.get(server);
      unanswered.delete(account);
      const inOrder = [...ways].sort((a, b) => Number(b.name === before) - Number(a.name === before));
      let first: { readonly name: string; readonly error: unknown; readonly what: WhatFailed } | undefined;
      for (const { name, present } of inOrder) {
        try {
          await present();
          if (first || name === left) bounded(preferred).set(server, name);
          bounded(worked).add(`${server} ${name}`);
          refused.delete(account);
          return { by: name, insteadOf: first?.name ?? null };
        } catch (error) {
          const what = whatFailed(error);
          if (first && what === "other") bounded(unanswered).set(account, name);
          if (!first || (first.what === "way" && what === "credentials")) first = { name, error, what };
          if (what === "other") break;
          if (what === "credentials" && (worked.has(`${server} ${name}`) || refused.has(account))) break;
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
