import { type FleetRole, ProblemError } from "@mailfleet/contracts";
import { newId } from "@mailfleet/kit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type Authenticator, refuseUnlessAllowed } from "../http/authenticate.ts";
import { orNull } from "../http/parameters.ts";
import { refuseForeignSite } from "../http/same-origin.ts";
import type { ConsolePorts } from "../ports.ts";
import { cookieNames, cookieOf, setCookie } from "../session/cookies.ts";
import { hashToken, isTokenSecret, newTokenSecret } from "../token/token-secret.ts";

/** A working day; whoever signs in again gets another. */
const sessionSeconds = 12 * 3600;

/**
 * Begins the session of somebody who signed in at the organisation's provider: a token that only this browser has. It ends
 * with the ID token or after the time that is configured.
 */
export async function beginAdministratorSession(
  ports: Pick<ConsolePorts, "tokens" | "now" | "consoleUrl" | "openId">,
  reply: FastifyReply,
  person: { subject: string; name: string; role: FleetRole; endsAt: number },
): Promise<void> {
  const { subject, name, role } = person;
  const [secret, at] = [newTokenSecret(), ports.now()];
  const lifetime = ports.openId?.sessionMs ?? Math.min(Math.max(person.endsAt - at, 0), sessionSeconds * 1000);
  await ports.tokens.insert({
    ...{ id: newId("tk"), name, role, subject, hash: hashToken(secret) },
    ...{ createdAt: at, lastUsedAt: at, expiresAt: at + lifetime },
  });
  setCookie(reply, ports, cookieNames.administrator, secret, Math.ceil(lifetime / 1000), "Strict");
}

const Body = z.strictObject({ token: z.string().max(200) });

/**
 * `/admin/session`: the page gives a token once (POST), and the browser keeps it in a cookie that no script reads; with
 * it the page uses the same API as every other client. Deleting the token ends the session. DELETE takes the cookie away, and
 * ends a session that only this browser has. GET says whose it is, and where else one can sign in.
 */
export function serveSession(app: FastifyInstance, ports: ConsolePorts, authenticator: Authenticator): void {
  const schema = { hide: true };
  const who = async (request: FastifyRequest, authorization?: string) => {
    const headers = authorization === undefined ? request.headers : { authorization };
    const caller = await authenticator.authenticate({ ip: request.ip, headers });
    refuseUnlessAllowed(caller, { operation: "page.open", role: "reader" });
    return { name: caller.name, role: caller.role };
  };
  const onRequest = async (request: FastifyRequest) => refuseForeignSite(ports, request);
  app.get("/admin/session", { schema, onRequest }, async (request) => {
    // Nobody is signed in: that is an answer, and browsers would note an error.
    const session = await orNull(who(request), ["UNAUTHENTICATED"]);
    return { session, openId: ports.openId?.name ?? null };
  });
  app.post("/admin/session", { schema, onRequest, bodyLimit: 1000 }, async (request, reply: FastifyReply) => {
    const given = Body.safeParse(request.body);
    const token = given.success ? given.data.token.trim() : "";
    if (!isTokenSecret(token))
      throw new ProblemError("UNAUTHENTICATED", "This is not a token: one begins with mft_ and has 47 characters.", {
        remedy: "Copy the whole token. The first one is in the file that MAILFLEET_ADMIN_TOKEN_FILE names.",
      });
    const caller = await who(request, `Bearer ${token}`);
    setCookie(reply, ports, cookieNames.administrator, token, sessionSeconds, "Strict");
    return caller;
  });
  app.delete("/admin/session", { schema, onRequest }, async (request, reply) => {
    const secret = cookieOf(request, ports, cookieNames.administrator);
    const kept = secret === null ? null : await ports.tokens.findByHash(hashToken(secret));
    if (kept?.subject !== undefined) await ports.tokens.remove(kept.id);
    setCookie(reply, ports, cookieNames.administrator, "", 0, "Strict");
    return reply.status(204).send();
  });
}
