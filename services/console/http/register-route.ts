import { randomUUID } from "node:crypto";
import { bare, CommandId, invalid, type ProblemCode, ProblemError } from "@mailfleet/contracts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { tellDone, tellRefused } from "../audit/tell-audit.ts";
import type { ConsolePorts } from "../ports.ts";
import { type Authenticator, refuseUnlessAllowed } from "./authenticate.ts";
import { lessOf } from "./fields.ts";
import { isoInstants } from "./instants.ts";
import { schemaOf } from "./openapi.ts";
import { inOwnPart } from "./own-part.ts";
import { asOwner } from "./owner-access.ts";
import type { Call, Caller, Route } from "./route.ts";
import { apiBase } from "./routes.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set once the token is checked. */
    caller?: Caller;
  }
}

/** A body where none is expected may still be an empty object. */
const noBody = z.strictObject({}).optional();

const parts = { params: "path", querystring: "query", body: "body" } as const;

/** Fields whose refusal has its own code, so that a program can tell. */
const ownCodes: readonly { pointer: RegExp; code: ProblemCode; remedy: string }[] = [
  {
    pointer: /^\/(oauth|application)\/tenantId$/,
    code: "TENANT_INVALID",
    remedy: "Enter the directory (tenant) id as Microsoft Entra shows it, or a verified domain such as example.org.",
  },
  {
    pointer: /^\/(oauth|application)\/endpoints\/\w+$/,
    code: "URL_NOT_ALLOWED",
    remedy:
      "Enter an https address without user name, password, query or fragment, or leave it out for the provider's.",
  },
];

/** The same refusal under its own code, where all that is wrong has one. */
function namedRefusal(error: ProblemError): ProblemError {
  const { detail, errors = [] } = error.problem;
  const own = ownCodes.find(({ pointer }) => errors.length > 0 && errors.every((one) => pointer.test(one.pointer)));
  return own ? new ProblemError(own.code, detail, { errors, remedy: own.remedy }) : error;
}

/** Checks one part of a request; the reasons name every field. */
function check(schema: z.ZodType, part: keyof typeof parts, data: unknown): { value: unknown } | { error: Error } {
  const given = part === "querystring" ? fromText(schema, data) : data;
  const parsed = isoInstants(schema).safeParse(part === "body" && given === null ? undefined : given);
  if (parsed.success) return { value: parsed.data };
  const error = namedRefusal(invalid(parsed.error, `The ${parts[part]} is not valid`));
  if (part !== "querystring") return { error };
  const words = (text: string) => text.replaceAll("is not a known field", "is not a known query parameter");
  const { detail, errors } = error.problem;
  return {
    error: new ProblemError("INVALID", words(detail), {
      errors: (errors ?? []).map((entry) => ({ ...entry, reason: words(entry.reason) })),
    }),
  };
}

/** `If-Match: "17"`; `*` asks only that it exists, which every write does anyway. */
function ifVersionOf(header: string | undefined): { ifVersion?: number } {
  if (header === undefined || header.trim() === "*") return {};
  const version = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header.trim())?.[1];
  if (version === undefined) throw new ProblemError("INVALID", "If-Match must be the ETag of what was read.");
  return { ifVersion: Number(version) };
}

function commandIdOf(header: string | string[] | undefined): string {
  if (header === undefined) return randomUUID();
  const parsed = CommandId.safeParse(header);
  if (!parsed.success) throw new ProblemError("INVALID", `Idempotency-Key ${parsed.error.issues[0]?.message}.`);
  return parsed.data;
}

function callOf(
  ports: ConsolePorts,
  authenticator: Authenticator,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Call {
  const caller = request.caller;
  if (!caller) throw new ProblemError("UNAUTHENTICATED", "No bearer token was sent.");
  const gone = new AbortController();
  reply.raw.on("close", () => gone.abort());
  const correlation = request.id;
  const commandId = commandIdOf(request.headers["idempotency-key"]);
  return {
    ...ports,
    params: request.params,
    query: request.query,
    body: request.body,
    headers: request.headers,
    caller,
    correlation,
    commandId,
    command: { commandId, by: caller.name, caller: caller.tokenId, from: request.ip, correlation },
    ...ifVersionOf(request.headers["if-match"]),
    signal: gone.signal,
    ask: async (name, input, options) => {
      try {
        const onRepeated = () => void reply.header("idempotent-replay", "true");
        return await ports.bus.request(name, input, { ...options, correlation, onRepeated });
      } catch (error) {
        throw aboutTheBody(error);
      }
    },
    sayLeft: (headers) => void reply.headers(headers),
    checkToken: async () => {
      refuseUnlessAllowed(await authenticator.authenticate(request), route);
    },
  };
}

/**
 * On the bus a body travels as `new` or `change` beside the command. A refusal points at what the client sent, so these
 * names are taken out of its pointers and its words.
 */
function aboutTheBody(error: unknown): unknown {
  if (!(error instanceof ProblemError) || !error.problem.errors) return error;
  const outside = (text: string) =>
    text.replace(/(^|\s)\/(?:new|change)(\/|(?=\s|$))/g, (_, gap, slash) => gap + (slash || "/"));
  const { code, detail, errors, ...rest } = error.problem;
  return new ProblemError(code, outside(detail), {
    ...rest,
    errors: errors.map(({ pointer, reason }) => ({ pointer: outside(pointer), reason })),
  });
}

/** Numbers and yes or no come as text in a query. */
function fromText(schema: z.ZodType, data: unknown): unknown {
  if (!(schema instanceof z.ZodObject) || typeof data !== "object" || data === null) return data;
  const value = ([name, text]: [string, unknown]) => {
    const type = schema.shape[name] && bare(isoInstants(schema.shape[name]))._zod.def.type;
    if (type === "number" && typeof text === "string" && text.trim() !== "") return Number(text);
    if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
    return text;
  };
  return Object.fromEntries(Object.entries(data).map((entry) => [entry[0], value(entry)]));
}

/** A version in the answer is its ETag (RFC 9110 §8.8.3). */
function etagOf(answer: unknown): string | null {
  const v = typeof answer === "object" && answer !== null && "v" in answer ? answer.v : undefined;
  return typeof v === "number" ? `"${v}"` : null;
}

/** Puts one row of the table on the server: role, limits, validation, handler, answer. */
export function registerRoute(
  app: FastifyInstance,
  ports: ConsolePorts,
  authenticator: Authenticator,
  route: Route,
): void {
  const askedBy = (request: FastifyRequest, caller: Caller) => {
    const { params, ip: from, id } = request;
    return { params, from, correlation: id, caller, commandId: id };
  };
  const told = (request: FastifyRequest, caller: Caller, error: unknown) => {
    if (error instanceof ProblemError) tellRefused(ports, route, askedBy(request, caller), error.problem);
    return error;
  };
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const anybody = callOf(ports, authenticator, route, request, reply);
    const call = (await asOwner(anybody, route)
      .then((own) => inOwnPart(own, route))
      .catch((error: unknown) => {
        throw told(request, anybody.caller, error);
      })) as Call<never, never, never>;
    const unexpected = route.body ? null : check(noBody, "body", request.body ?? null);
    if (unexpected && "error" in unexpected) throw unexpected.error;
    if (route.respond) return route.respond(call, reply);
    const answer = await route.handle?.(call);
    const isDry = (call as Call<unknown, { dryRun?: boolean }>).query?.dryRun === true;
    if (!isDry) tellDone(ports, route, askedBy(request, call.caller), answer);
    reply.status(isDry && route.answer ? 200 : route.status);
    if (!route.answer) return reply.send();
    const etag = etagOf(answer);
    if (etag) reply.header("etag", etag);
    if (route.location && !isDry) reply.header("location", `${apiBase}${route.location(answer as never)}`);
    const less = lessOf(route, call);
    // With its own serializer an answer gets no media type automatically.
    if (less)
      reply
        .type("application/json; charset=utf-8")
        .serializer((data: unknown) => JSON.stringify(z.encode(isoInstants(less), data)));
    return reply.send(answer);
  };
  void app.register(async (scope) => {
    const { takes } = route;
    if (takes)
      scope.addContentTypeParser(takes.type, (request, payload, done) => {
        const declared = Number(request.headers["content-length"] ?? 0);
        if (route.bodyLimit !== undefined && declared > route.bodyLimit)
          done(new ProblemError("TOO_LARGE", `${takes.what} may have at most ${route.bodyLimit} bytes.`));
        else done(null, payload);
      });
    scope.route({
      method: route.method,
      url: `${apiBase}${route.path}`,
      schema: schemaOf(route),
      exposeHeadRoute: route.method === "GET" && !route.respond,
      ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
      validatorCompiler: ({ schema, httpPart }) => {
        const part = httpPart as keyof typeof parts;
        return (data: unknown) =>
          check(part === "body" && route.bodyFor ? route.bodyFor(data) : (schema as unknown as z.ZodType), part, data);
      },
      serializerCompiler:
        ({ schema }) =>
        (data: unknown) =>
          JSON.stringify(z.encode(schema as unknown as z.ZodType, data)),
      onRequest: async (request) => {
        const caller = await authenticator.authenticate(request);
        request.caller = caller;
        try {
          refuseUnlessAllowed(caller, route);
        } catch (error) {
          throw told(request, caller, error);
        }
      },
      handler,
    });
  });
}
