import { ProblemError } from "@mailfleet/contracts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { refuseForeignSite } from "../http/same-origin.ts";
import type { ConsolePorts } from "../ports.ts";
import { refuseOverPlainHttp } from "../secret/plain-http.ts";
import { beginAtDevice, endAtDevice } from "../session/administrator-session.ts";
import { withoutRole } from "./open-id-routes.ts";

const Poll = z.strictObject({ deviceCode: z.string().min(1).max(4000) });
/** Each asks the provider, and nobody is signed in yet: so many within a minute from one address. */
const begunPerMinute = 20;
const askedPerMinute = 120;

/**
 * The sign-in of a command line at the organisation's provider, by device code (RFC 8628), below `base`. The command line keeps the
 * device code and asks with it; the secret of the client stays here. `DELETE` ends the session that it sends.
 */
export function serveDevice(app: FastifyInstance, base: string, ports: ConsolePorts): void {
  const options = {
    schema: { hide: true },
    bodyLimit: 10_000,
    onRequest: async (request: FastifyRequest) => {
      refuseForeignSite(ports, request);
      refuseOverPlainHttp(ports);
    },
  };
  const signIn = () => {
    if (ports.openId) return ports.openId;
    throw new ProblemError("NOT_POSSIBLE_NOW", "This console signs nobody in at an identity provider.", {
      remedy: "Sign in with a token: mailfleet login --token-stdin. To have a provider: docs/people.md.",
    });
  };
  const take = (what: string, { ip }: FastifyRequest, reply: FastifyReply, most: number) =>
    void reply.headers(ports.signInLimit.take(`${what} ${ip}`, { most, by: "from this address" }));

  app.post(`${base}/device`, options, async (request, reply) => {
    const { provider, name } = signIn();
    take("begin", request, reply, begunPerMinute);
    const { expiresInMs, ...begun } = await provider.beginDevice();
    return { ...begun, provider: name, expiresAt: new Date(ports.now() + expiresInMs).toISOString() };
  });

  app.post(`${base}/device/poll`, options, async (request, reply) => {
    const { provider, roleOf } = signIn();
    const given = Poll.safeParse(request.body);
    if (!given.success) throw new ProblemError("INVALID", "The body must hold the deviceCode, and nothing else.");
    take("ask", request, reply, askedPerMinute);
    const person = await provider.personAtDevice(given.data.deviceCode);
    if (person === "pending" || person === "slow-down") return { state: person };
    const role = roleOf(person.groups);
    if (role === null) throw withoutRole(person);
    const { secret, expiresAt } = await beginAtDevice(ports, request, { ...person, role });
    return { state: "done", token: secret, name: person.name, role, expiresAt: new Date(expiresAt).toISOString() };
  });

  app.delete(`${base}/own`, options, async (request, reply) => {
    await endAtDevice(ports, request);
    return reply.status(204).send();
  });
}
