import { nouns, ProblemError, type Role } from "@mailfleet/contracts";
import { auditMessage, newId, tellAudit } from "@mailfleet/kit";
import type { FastifyReply, FastifyRequest } from "fastify";
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

/** A token that only this browser has, in a cookie that no script reads. */
async function begin(
  ports: SessionPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  at: number,
  rest: Rights & { readonly session: SessionFacts; readonly expiresAt: number },
): Promise<string> {
  const [id, secret] = [newId("ss"), newTokenSecret()];
  await ports.tokens.insert({ id, ...rest, createdAt: at, lastUsedAt: at, hash: hashToken(secret) });
  const seconds = Math.max(0, Math.ceil((rest.expiresAt - at) / 1000));
  setCookie(reply, ports, cookieNames.administrator, secret, seconds, "Strict");
  tell(ports, request, "begin", { id, ...rest });
  return id;
}

/** Begins the session of somebody who signed in at the organisation's provider. It ends with the ID token or as configured. */
export async function beginForPerson(
  ports: SessionPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  { subject, name, role, endsAt }: { subject: string; name: string; role: Role; endsAt: number },
): Promise<void> {
  const at = ports.now();
  const configured = ports.openId?.sessionMs ?? null;
  const expiresAt = configured === null ? Math.min(endsAt, at + sessionMs) : at + configured;
  const session = { by: "openid", from: request.ip, subject } as const;
  await begin(ports, request, reply, at, { name, role, session, expiresAt });
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
  const begun = await begin(ports, request, reply, at, { name, role, ...limits, session, expiresAt });
  // Deleted in this moment: either that has found the session, or this finds the token gone.
  if (await ports.tokens.get(tokenId)) return;
  await ports.tokens.remove(begun);
  throw gone();
}

/** Ends the browser's session, here and there. */
export async function endOf(ports: SessionPorts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const secret = cookieOf(request, ports, cookieNames.administrator);
  setCookie(reply, ports, cookieNames.administrator, "", 0, "Strict");
  const kept = secret !== null && isTokenSecret(secret) ? await ports.tokens.findByHash(hashToken(secret)) : null;
  if (!kept?.session || !(await ports.tokens.remove(kept.id))) return;
  tell(ports, request, "end", { id: kept.id, name: kept.name, session: kept.session });
}
