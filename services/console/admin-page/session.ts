import { ProblemError } from "@mailfleet/contracts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type Authenticator, refuseUnlessAllowed } from "../http/authenticate.ts";
import { refuseForeignSite } from "../http/same-origin.ts";
import type { ConsolePorts } from "../ports.ts";
import { cookieNames, setCookie } from "../session/cookies.ts";
import { isTokenSecret } from "../token/token-secret.ts";

/** A working day; whoever signs in again gets another. */
const sessionSeconds = 12 * 3600;

const Body = z.strictObject({ token: z.string().max(200) });

/**
 * `/admin/session`: the page gives a token once (POST), and the browser keeps it in a cookie that no script reads; with
 * it the page uses the same API as every other client. Deleting the token ends the session. DELETE takes the cookie away,
 * GET says whose it is, 204 for nobody's.
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
  app.get("/admin/session", { schema, onRequest }, async (request, reply) => {
    try {
      return await who(request);
    } catch (error) {
      // Nobody is signed in: that is an answer, and browsers would note an error.
      if (error instanceof ProblemError && error.problem.code === "UNAUTHENTICATED") return reply.status(204).send();
      throw error;
    }
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
  app.delete("/admin/session", { schema, onRequest }, async (_request, reply) => {
    setCookie(reply, ports, cookieNames.administrator, "", 0, "Strict");
    return reply.status(204).send();
  });
}
