import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { ProblemError } from "@mailfleet/contracts";
import { withHashedAddresses } from "@mailfleet/kit";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { serveDevice } from "../admin-page/device-routes.ts";
import { servePage } from "../admin-page/serve-page.ts";
import { serveSession } from "../admin-page/session.ts";
import { registerPages } from "../pages/register-pages.ts";
import type { ConsolePorts } from "../ports.ts";
import { type Authenticator, createAuthenticator } from "./authenticate.ts";
import { openApiDocument } from "./openapi.ts";
import { problemDetails, problemType, refusalOf } from "./problem-answer.ts";
import { headersOfTooMany } from "./rate-limit.ts";
import { registerRoute } from "./register-route.ts";
import type { Route } from "./route.ts";
import { apiBase } from "./routes.ts";
import { traceRoutes } from "./trace-routes.ts";

/** Limits of the server; each protects against one way of wasting its time. */
export const limits = {
  /** Body of everything but sends. */
  bodyBytes: 1_048_576,
  headerBytes: 16_384,
  /** Until the headers are there. */
  headersMs: 20_000,
  /** Until the whole request is there; 36 MB over a slow line take their time. */
  requestMs: 300_000,
  /** Silence on a connection; live views send a comment more often. */
  idleMs: 60_000,
  keepAliveMs: 30_000,
  /** Longest path parameter: an address of 254 characters, each escaped. */
  parameterLength: 800,
} as const;

/** What was measured of one answer. */
export interface Served {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Objects and lists inside each other in a body. Ours need six. */
const DEPTH = 64;
/** A year (RFC 6797). */
const HSTS = "max-age=31536000";

const pathOf = (request: FastifyRequest) => request.url.split("?", 1)[0] ?? "";

/** Which methods a path knows, so that 405 can be told from 404 (RFC 9110 §15.5.6). */
function allowedMethods(routes: readonly Route[], path: string): string[] {
  const parts = path.slice(apiBase.length).split("/");
  const fits = (route: Route) => {
    const pattern = route.path.split("/");
    return (
      pattern.length === parts.length && pattern.every((p, i) => (p.startsWith(":") ? parts[i] !== "" : p === parts[i]))
    );
  };
  const named = path.startsWith(apiBase) ? routes.filter(fits) : [];
  // `/mailboxes/counts` is a path of its own, not a mailbox with this name.
  const exact = named.filter((route) => `${apiBase}${route.path}` === path);
  return [...new Set((exact.length > 0 ? exact : named).map((route) => route.method))];
}

function answerProblem(
  ports: ConsolePorts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { problem, status, unexpected } = refusalOf(error, ports.isOutage);
  if (unexpected)
    ports.logger.error({ err: error, correlation: request.id, route: request.routeOptions.url }, "a request failed");
  const details = problemDetails(problem, request.id, status);
  if (details.status === 429) reply.headers(headersOfTooMany(error));
  if (details.status === 401) reply.header("www-authenticate", "Bearer");
  // What is left of a body that is too long is not read.
  if (details.status === 413) reply.header("connection", "close");
  return reply.status(details.status).type(problemType).serializer(JSON.stringify).send(details);
}

/** JSON only, an empty body is none, and what cannot be read is not quoted back. */
function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, text, done) => {
    if (text.length === 0) return done(null, undefined);
    if (isDeep(text as string)) return done(new ProblemError("INVALID", `The body is nested more than ${DEPTH} deep.`));
    return parse(request, text as string, (error, body) => {
      if (error) return done(new ProblemError("INVALID", "The body is not valid JSON."));
      // Nobody sends it on purpose: a program had nothing to send, and did not notice.
      if (body === null) return done(new ProblemError("INVALID", "The body is null: leave it out, or send an object."));
      return done(null, body);
    });
  });
}

/** Whether brackets are open that many times anywhere: what reads it afterwards calls itself for each. */
function isDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "[" || char === "{") {
      depth += 1;
      if (depth > DEPTH) return true;
    } else if (char === "]" || char === "}") depth -= 1;
  }
  return false;
}

/** Builds the server with all routes; it does not listen yet. */
export async function createServer(
  ports: ConsolePorts,
  routes: readonly Route[],
  onServed: (served: Served) => void,
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    logger: false,
    genReqId: () => randomUUID(),
    // What is refused before a route is found, e.g. a path that cannot be decoded.
    frameworkErrors: (error, request, reply) =>
      answerProblem(ports, error, request as FastifyRequest, reply as FastifyReply),
    bodyLimit: limits.bodyBytes,
    connectionTimeout: limits.idleMs,
    keepAliveTimeout: limits.keepAliveMs,
    requestTimeout: limits.requestMs,
    forceCloseConnections: "idle",
    // What still comes while it closes is answered like any other request.
    return503OnClosing: false,
    routerOptions: { maxParamLength: limits.parameterLength },
    http: { maxHeaderSize: limits.headerBytes, headersTimeout: limits.headersMs },
  });
  takeJson(app);
  app.setErrorHandler((error, request, reply) => answerProblem(ports, error, request, reply));
  const answerNowhere = (request: FastifyRequest, reply: FastifyReply) => {
    const allowed = allowedMethods(routes, pathOf(request));
    if (allowed.length === 0)
      return answerProblem(ports, new ProblemError("NOT_FOUND", `There is nothing at this path.`), request, reply);
    const details = problemDetails(
      { code: "INVALID", detail: `${request.method} is not possible here.`, remedy: `Use ${allowed.join(" or ")}.` },
      request.id,
      405,
    );
    return reply.status(405).header("allow", allowed.join(", ")).type(problemType).send(details);
  };
  app.setNotFoundHandler(answerNowhere);
  const plainPaths = new Map<string, Set<string>>();
  for (const { path, method } of routes.filter(({ path }) => !path.includes(":"))) {
    const known = plainPaths.get(`${apiBase}${path}`) ?? new Set();
    plainPaths.set(`${apiBase}${path}`, known.add(method).add(method === "GET" ? "HEAD" : method));
  }
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-correlation-id", request.id);
    reply.header("x-content-type-options", "nosniff");
    reply.header("cache-control", "no-store");
    if (ports.consoleUrl().startsWith("https:")) reply.header("strict-transport-security", HSTS);
    // No name and no text of ours has one, and databases take none in a pattern.
    if (/%00|\0/.test(request.url)) throw new ProblemError("INVALID", "The address holds a NUL character.");
    // Before the body is looked at: whether it can be read says nothing where there is nobody to take it.
    const itsOwn = plainPaths.get(pathOf(request));
    const isElsewhere = itsOwn !== undefined && !itsOwn.has(request.method);
    return request.is404 || isElsewhere ? answerNowhere(request, reply) : undefined;
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method, id: correlation } = request;
    const route = request.routeOptions.url ?? "(none)";
    const seconds = reply.elapsedTime / 1000;
    onServed({ method, route, status: reply.statusCode, seconds });
    // A person is named by an address, and so are many owners' tokens.
    const by = request.caller && withHashedAddresses(request.caller.name);
    ports.logger.info(
      {
        method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        correlation,
        by,
        ...request.traced,
      },
      "request",
    );
  });

  traceRoutes(app);
  const authenticator: Authenticator = createAuthenticator(ports);
  for (const route of routes) registerRoute(app, ports, authenticator, route);
  registerPages(app, ports);
  serveSession(app, ports, authenticator);
  serveDevice(app, `${apiBase}/sessions`, ports);
  servePage(app, ports.pageFiles);
  const document = await openApiDocument(routes);
  const text = JSON.stringify(document);
  const packed = gzipSync(text, { level: 9 });
  app.get(`${apiBase}/openapi.json`, async (request, reply) => {
    reply.type("application/json; charset=utf-8").header("vary", "accept-encoding");
    const takesGzip = /(^|[\s,])gzip\s*($|,|;(?!\s*q=0(\.0*)?\s*($|,)))/i.test(
      String(request.headers["accept-encoding"] ?? ""),
    );
    return takesGzip ? reply.header("content-encoding", "gzip").send(packed) : reply.send(text);
  });
  return app;
}
