import { ProblemError } from "@mailfleet/contracts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type Authenticator, refuseUnlessAllowed } from "../http/authenticate.ts";
import { orNull } from "../http/parameters.ts";
import { refuseForeignSite } from "../http/same-origin.ts";
import type { ConsolePorts } from "../ports.ts";
import { beginWithToken, endOf } from "../session/administrator-session.ts";
import { isTokenSecret } from "../token/token-secret.ts";

const Body = z.strictObject({ token: z.string().max(200) });

/**
 * `/admin/session`: the page gives a token once (POST), and gets a session in a cookie that no script reads; with it the page
 * uses the same API as every other client. DELETE ends it, and names the sign-out of the provider where
 * that is wanted; deleting the session or the token ends it, too. GET says whose it is, and where else one can sign in.
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
    await beginWithToken(ports, request, reply, token);
    return caller;
  });
  app.delete("/admin/session", { schema, onRequest }, async (request, reply) => {
    const ended = await endOf(ports, request, reply);
    const elsewhere = ended === "openid" && ports.openId?.signsOutThere ? ports.openId.provider : null;
    // A provider that does not answer keeps nobody signed in here.
    const signOutUrl = (await elsewhere?.signOutUrl(`${ports.consoleUrl()}/admin/`).catch(() => null)) ?? null;
    return signOutUrl === null ? reply.status(204).send() : { signOutUrl };
  });
}
