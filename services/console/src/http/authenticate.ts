import { ProblemError } from "@mailfleet/contracts";
import type { TokenRepository } from "@mailfleet/store";
import type { Caller, Route } from "../route.ts";
import { hashToken, isTokenSecret, sameHash } from "./tokens.ts";

/** A token's last use is written down at most this often, so that reading stays reading. */
const touchEveryMs = 60_000;

/** Finds out who asks, and whether he may. */
export interface Authenticator {
  /** Throws UNAUTHENTICATED for a missing or wrong token and FORBIDDEN for one whose role does not suffice. */
  authenticate(authorization: string | undefined, needed: Route["role"]): Promise<Caller>;
}

/** Tokens are looked up for every request: one that was deleted is refused from then on. */
export function createAuthenticator(tokens: TokenRepository, now: () => number): Authenticator {
  const touched = new Map<string, number>();

  const noteUse = async (id: string, at: number) => {
    if (at - (touched.get(id) ?? Number.NEGATIVE_INFINITY) < touchEveryMs) return;
    touched.set(id, at);
    await tokens.touch(id, at);
  };

  return {
    authenticate: async (authorization, needed) => {
      const secret = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
      if (secret === undefined) throw new ProblemError("UNAUTHENTICATED", "No bearer token was sent.");
      const hash = hashToken(secret);
      const token = isTokenSecret(secret) ? await tokens.findByHash(hash) : null;
      if (!token || !sameHash(token.hash, hash))
        throw new ProblemError("UNAUTHENTICATED", "This bearer token is not known, or it was deleted.");
      if (needed === "administrator" && token.role !== "administrator")
        throw new ProblemError("FORBIDDEN", `The token "${token.name}" has the role ${token.role} and may only read.`);
      // A database that cannot write at this moment must not stop reading.
      await noteUse(token.id, now()).catch(() => {});
      return { tokenId: token.id, name: token.name, role: token.role };
    },
  };
}
