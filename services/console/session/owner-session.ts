import { createHmac, timingSafeEqual } from "node:crypto";
import { newId } from "@mailfleet/kit";
import type { FastifyReply } from "fastify";
import { isExpired } from "../http/authenticate.ts";
import { orNull } from "../http/parameters.ts";
import type { PageCall } from "../pages/page-call.ts";
import type { ConsolePorts } from "../ports.ts";
import { hashToken, isTokenSecret, newTokenSecret, sameHash } from "../token/token-secret.ts";
import { cookieNames, cookieOf, setCookie } from "./cookies.ts";

/** An owner's session is over after an hour. */
const sessionMs = 3_600_000;

/** What a browser may do that proved, by signing in, that the mailbox is its user's. */
export interface OwnerSession {
  readonly mailboxId: string;
  /** Number of the mailbox's ownership; the session is over when there is another. */
  readonly ownership: number;
  readonly tokenId: string;
  /** Who gives its commands. */
  readonly by: string;
  /** Must come back with every form of the session: another site cannot know it. */
  readonly formToken: string;
}

type SessionPorts = Pick<ConsolePorts, "tokens" | "now" | "consoleUrl">;

const formTokenOf = (secret: string) => createHmac("sha256", secret).update("owner-session-form").digest("base64url");

/** Begins a session for the mailbox's owner: a token of the role owner for an hour, which only its cookie holds. */
export async function beginSession(
  ports: SessionPorts,
  reply: FastifyReply,
  { mailboxId, address, ownership, from }: { mailboxId: string; address: string; ownership: number; from: string },
): Promise<OwnerSession> {
  const secret = newTokenSecret();
  const tokenId = newId("ss");
  const by = `owner of ${address}`.slice(0, 100);
  const at = ports.now();
  await ports.tokens.insert({
    id: tokenId,
    name: by,
    role: "owner",
    mailboxIds: [mailboxId],
    ownerships: { [mailboxId]: ownership },
    expiresAt: at + sessionMs,
    hash: hashToken(secret),
    createdAt: at,
    lastUsedAt: at,
    session: { by: "mailbox", from },
  });
  setCookie(reply, ports, cookieNames.session, secret, sessionMs / 1000);
  return { mailboxId, ownership, tokenId, by, formToken: formTokenOf(secret) };
}

/** The session of a request; `null` for none, an unknown, an expired, or that of a former owner. */
export async function sessionOf(call: PageCall): Promise<OwnerSession | null> {
  const secret = cookieOf(call.request, call, cookieNames.session);
  if (secret === null || !isTokenSecret(secret)) return null;
  const hash = hashToken(secret);
  const token = await call.tokens.findByHash(hash);
  const mailboxId = token?.mailboxIds?.[0];
  if (!token || !mailboxId || token.role !== "owner" || !sameHash(token.hash, hash)) return null;
  if (isExpired(token, call.now())) return null;
  const at = call.now();
  if (at - (token.lastUsedAt ?? 0) >= 60_000) await call.tokens.touch(token.id, at).catch(() => {});
  const mailbox = await orNull(call.ask("config.mailbox.get", { id: mailboxId }), ["NOT_FOUND"]);
  const ownership = token.ownerships?.[mailboxId];
  if (ownership === undefined || mailbox?.ownership !== ownership) return null;
  return { mailboxId, ownership, tokenId: token.id, by: token.name, formToken: formTokenOf(secret) };
}

/** Ends a session at once, here and in the browser. */
export async function endSession(ports: SessionPorts, reply: FastifyReply, session: OwnerSession): Promise<void> {
  await ports.tokens.remove(session.tokenId);
  setCookie(reply, ports, cookieNames.session, "", 0);
}

/** True if the form belongs to this session. */
export function isFormOf(session: OwnerSession, formToken: string | undefined): boolean {
  const [given, expected] = [Buffer.from(formToken ?? ""), Buffer.from(session.formToken)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
