import type { IncomingHttpHeaders } from "node:http";
import { enoughFor, isEnough, isNamed, ProblemError, type Role } from "@mailfleet/contracts";
import type { ConsolePorts } from "../ports.ts";
import { refuseOverPlainHttp } from "../secret/plain-http.ts";
import { cookieNames, cookieOf } from "../session/cookies.ts";
import type { StoredToken } from "../token/store.ts";
import { hashToken, isTokenSecret, sameHash } from "../token/token-secret.ts";
import { LimitReached, type RateLimit } from "./rate-limit.ts";
import type { Caller, Route } from "./route.ts";
import { refuseForeignSite } from "./same-origin.ts";

/** The bearer token of a request (RFC 6750 §2.1), as it was sent; `undefined`: none. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

/** A token's last use is written down at most this often, so that reading stays reading. */
const touchEveryMs = 60_000;

/** What is looked at of a request. */
export interface Asking {
  readonly ip: string;
  readonly headers: IncomingHttpHeaders;
}

/** The database removes expired tokens within a minute or so; they are refused from the first moment on. */
export function isExpired(token: Pick<StoredToken, "expiresAt">, now: number): boolean {
  return token.expiresAt !== undefined && token.expiresAt <= now;
}

/** A session at a device is a command line's: it is sent as any token of the API. */
const isOfBrowser = ({ session }: Pick<StoredToken, "session">) => session !== undefined && session.by !== "device";

/** A token as the caller it makes. */
export function callerOf({
  id,
  name,
  role,
  mailboxIds,
  ownerships = {},
  profileIds,
  domains,
  only,
  session,
}: StoredToken): Caller {
  const within = {
    ...(profileIds === undefined ? {} : { profileIds: [...profileIds] }),
    ...(domains === undefined ? {} : { domains: [...domains] }),
  };
  return {
    // What is done in a browser with a token is done with that token.
    ...{ tokenId: session?.tokenId ?? id, name, role },
    ...(mailboxIds === undefined ? {} : { mailboxIds, ownerships }),
    ...(profileIds || domains ? { within } : {}),
    ...(only === undefined ? {} : { only }),
  };
}

/** What is looked at of a route. */
export type Needed = Pick<Route, "operation" | "role" | "owner">;

/** Whether somebody with this role may call it at all. */
export function mayCall(role: Role, { role: needed, owner }: Pick<Needed, "role" | "owner">): boolean {
  return role === "owner" ? owner !== undefined : isEnough(role, needed);
}

/** What a role may do, in one place. @throws FORBIDDEN that names the right that is missing */
export function refuseUnlessAllowed({ name, role, only }: Pick<Caller, "name" | "role" | "only">, route: Needed): void {
  const { operation, role: needed } = route;
  const refuse = (why: string, remedy: string) => {
    throw new ProblemError("FORBIDDEN", `The token "${name}" ${why}: it may not do ${operation}.`, { remedy });
  };
  if (!mayCall(role, route))
    refuse(
      role === "owner" ? "belongs to the owner of a mailbox" : `has the role ${role}`,
      `Ask an administrator to do it, or for a token with the role ${enoughFor(needed)}.`,
    );
  if (only && !isNamed(only, operation))
    refuse(`is only for ${only.join(", ")}`, `Ask an administrator for a token that is also for ${operation}.`);
}

/** Wrong tokens from one address within a minute. A right one is taken at any time. */
const mostFailures = 60;
const minuteMs = 60_000;
const wrongTokens: RateLimit = { name: "wrong-tokens", quota: mostFailures, windowSeconds: minuteMs / 1000 };
/** More addresses than this are not told apart. */
const mostAddresses = 10_000;

/** Counts wrong tokens by address. `count` throws TOO_MANY where there were many. */
function createFailures(now: () => number): { count(ip: string): void } {
  let since = now();
  let counts = new Map<string, number>();
  return {
    count(ip) {
      if (now() - since >= minuteMs || counts.size >= mostAddresses) {
        since = now();
        counts = new Map();
      }
      const count = (counts.get(ip) ?? 0) + 1;
      counts.set(ip, count);
      if (count > mostFailures)
        throw new LimitReached("Too many wrong tokens came from this address within a minute.", wrongTokens, {
          againInMs: since + minuteMs - now(),
        });
    },
  };
}

/**
 * Finds out who asks. Tokens are looked up for every request: one that was deleted is refused
 * from then on.
 */
export function createAuthenticator({
  tokens,
  now,
  secretsAllowed,
  consoleUrl,
}: Pick<ConsolePorts, "tokens" | "now" | "secretsAllowed" | "consoleUrl">) {
  const failures = createFailures(now);
  const touched = new Map<string, number>();

  const noteUse = async (id: string, at: number) => {
    if (at - (touched.get(id) ?? Number.NEGATIVE_INFINITY) < touchEveryMs) return;
    touched.set(id, at);
    await tokens.touch(id, at);
  };

  /** The token of a request: sent as such, or a session's that the browser keeps for the administrator's page. */
  const secretOf = (headers: IncomingHttpHeaders) => {
    const sent = bearerOf(headers.authorization);
    const kept = sent === undefined ? cookieOf({ headers }, { consoleUrl }, cookieNames.administrator) : null;
    if (kept === null) return { secret: sent, inCookie: false };
    refuseForeignSite({ consoleUrl }, { headers });
    return { secret: kept, inCookie: true };
  };

  return {
    /**
     * Throws UNAUTHENTICATED for a missing, wrong or expired token, PLAIN_HTTP for any that others could have overheard,
     * and TOO_MANY for a wrong one after many from the same address.
     */
    authenticate: async ({ ip, headers }: Asking) => {
      const { secret, inCookie } = secretOf(headers);
      if (secret !== undefined) refuseOverPlainHttp({ secretsAllowed });
      if (secret === undefined) throw new ProblemError("UNAUTHENTICATED", "No bearer token was sent.");
      const hash = hashToken(secret);
      const token = isTokenSecret(secret) ? await tokens.findByHash(hash) : null;
      // A browser's session is good in its cookie only, and nothing else is good there: so every browser is listed.
      if (!token || !sameHash(token.hash, hash) || isOfBrowser(token) !== inCookie) {
        failures.count(ip);
        throw new ProblemError("UNAUTHENTICATED", "This bearer token is not known, or it was deleted.");
      }
      if (isExpired(token, now())) throw new ProblemError("UNAUTHENTICATED", "This bearer token has expired.");
      // A database that cannot write at this moment must not stop reading.
      await noteUse(token.id, now()).catch(() => {});
      return callerOf(token);
    },
  };
}
export type Authenticator = ReturnType<typeof createAuthenticator>;
