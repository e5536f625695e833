import { nouns, ProblemError, type Role } from "@mailfleet/contracts";
import { auditMessage, newId, tellAudit } from "@mailfleet/kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { bearerOf } from "../http/authenticate.ts";
import type { ConsolePorts } from "../ports.ts";
import type { SessionFacts, StoredToken } from "../token/store.ts";
import { hashToken, isTokenSecret, newTokenSecret } from "../token/token-secret.ts";
import { cookieNames, cookieOf, setCookie } from "./cookies.ts";

/** A working day; whoever signs in again gets another. */
const sessionMs = 12 * 3_600_000;

type SessionPorts = Pick<ConsolePorts, "tokens" | "now" | "consoleUrl" | "openId" | "bus" | "logger">;
/** What a session may do. */
type Rights = Pick<StoredToken, "name" | "role" | "profileIds" | "domains" | "only">;

const noun = nouns.find(({ name }) => name === "session")!;

/** The audit says who came and went, from where. */
function tell(
  ports: SessionPorts,
  request: FastifyRequest,
  verb: "begin" | "end",
  { id, name: by, session: { tokenId } }: { id: string; name: string; session: SessionFacts },
): void {
  const input = {
    commandId: `${verb}-${id}`,
    id,
    by,
    caller: tokenId ?? id,
    from: request.ip,
    correlation: request.id,
  };
  tellAudit(ports, auditMessage({ service: "console", noun, verb, input, at: ports.now() }));
}

type Begun = Rights & { readonly session: SessionFacts; readonly expiresAt: number };

async function begin(ports: SessionPorts, request: FastifyRequest, at: number, rest: Begun) {
  const [id, secret] = [newId("ss"), newTokenSecret()];
  await ports.tokens.insert({ id, ...rest, createdAt: at, lastUsedAt: at, hash: hashToken(secret) });
  tell(ports, request, "begin", { id, ...rest });
  return { id, secret };
}

/** A token that only this browser has, in a cookie that no script reads. */
async function beginInBrowser(
  ports: SessionPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  at: number,
  rest: Begun,
): Promise<string> {
  const { id, secret } = await begin(ports, request, at, rest);
  const seconds = Math.max(0, Math.ceil((rest.expiresAt - at) / 1000));
  setCookie(reply, ports, cookieNames.administrator, secret, seconds, "Strict");
  return id;
}

/** Somebody who signed in at the organisation's provider, with the role of the groups. */
interface Person {
  readonly subject: string;
  readonly name: string;
  readonly role: Role;
  readonly endsAt: number;
}

/** It ends with the ID token or as configured. */
function sessionOf(ports: SessionPorts, request: FastifyRequest, by: "openid" | "device", person: Person, at: number) {
  const { subject, name, role, endsAt } = person;
  const configured = ports.openId?.sessionMs ?? null;
  const expiresAt = configured === null ? Math.min(endsAt, at + sessionMs) : at + configured;
  return { name, role, session: { by, from: request.ip, subject }, expiresAt };
}

/** Begins the session of a browser. */
export async function beginForPerson(
  ports: SessionPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  person: Person,
): Promise<void> {
  const at = ports.now();
  await beginInBrowser(ports, request, reply, at, sessionOf(ports, request, "openid", person, at));
}

/** Begins the session of a command line, which sends the secret as any token of the API. */
export async function beginAtDevice(
  ports: SessionPorts,
  request: FastifyRequest,
  person: Person,
): Promise<{ readonly secret: string; readonly expiresAt: number }> {
  const at = ports.now();
  const session = sessionOf(ports, request, "device", person, at);
  const { secret } = await begin(ports, request, at, session);
  return { secret, expiresAt: session.expiresAt };
}

/** Begins a session with this token: it may do the same, and is over when the token is. @throws UNAUTHENTICATED */
export async function beginWithToken(
  ports: SessionPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
): Promise<void> {
  const token = await ports.tokens.findByHash(hashToken(secret));
  const gone = () => new ProblemError("UNAUTHENTICATED", "This bearer token is not known, or it was deleted.");
  if (!token) throw gone();
  const { id: tokenId, name, role, profileIds, domains, only } = token;
  const at = ports.now();
  const limits = { ...(profileIds && { profileIds }), ...(domains && { domains }), ...(only && { only }) };
  const expiresAt = Math.min(at + sessionMs, token.expiresAt ?? Number.POSITIVE_INFINITY);
  const session = { by: "token", from: request.ip, tokenId } as const;
  const begun = await beginInBrowser(ports, request, reply, at, { name, role, ...limits, session, expiresAt });
  // Deleted in this moment: either that has found the session, or this finds the token gone.
  if (await ports.tokens.get(tokenId)) return;
  await ports.tokens.remove(begun);
  throw gone();
}

/** Ends the browser's session, in its cookie and where it is kept; says how it had begun. `null`: there was none. */
export async function endOf(
  ports: SessionPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SessionFacts["by"] | null> {
  const secret = cookieOf(request, ports, cookieNames.administrator);
  setCookie(reply, ports, cookieNames.administrator, "", 0, "Strict");
  return end(ports, request, secret, (by) => by !== "device");
}

/** Ends the session of a command line. What is no such session stays as it is. */
export async function endAtDevice(ports: SessionPorts, request: FastifyRequest): Promise<void> {
  await end(ports, request, bearerOf(request.headers.authorization) ?? null, (by) => by === "device");
}

async function end(
  ports: SessionPorts,
  request: FastifyRequest,
  secret: string | null,
  isMeant: (by: SessionFacts["by"]) => boolean,
): Promise<SessionFacts["by"] | null> {
  const kept = secret !== null && isTokenSecret(secret) ? await ports.tokens.findByHash(hashToken(secret)) : null;
  if (!kept?.session || !isMeant(kept.session.by) || !(await ports.tokens.remove(kept.id))) return null;
  tell(ports, request, "end", { id: kept.id, name: kept.name, session: kept.session });
  return kept.session.by;
}
