import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { beginOpenId, completeOpenId, openIdCallback, openIdPath } from "../admin-page/open-id-routes.ts";
import { refusalOf } from "../http/problem-answer.ts";
import { headersOfTooMany } from "../http/rate-limit.ts";
import { refuseForeignSite } from "../http/same-origin.ts";
import type { ConsolePorts } from "../ports.ts";
import { sessionOf } from "../session/owner-session.ts";
import { beginSignIn, showSignIn } from "../sign-in/begin-sign-in.ts";
import { completeSignIn } from "../sign-in/complete-sign-in.ts";
import { askForMail, findMailPath, showFoundMail } from "./find-mail.ts";
import { showFrontDoor } from "./front-door.ts";
import { html } from "./html.ts";
import { sendPage } from "./layout.ts";
import { actAsOwner, ownerActions, showMyMailbox } from "./my-mailbox.ts";
import { type PageCall, pageCall } from "./page-call.ts";
import { refusalPage } from "./refusal-page.ts";
import { sayFor } from "./words/say.ts";

/** Forms are small. */
const bodyLimit = 16_384;

type Answer = (call: PageCall, reply: FastifyReply) => Promise<FastifyReply>;

/** The pages of the mailbox's user, and the way of an administrator through another site. No token is needed for them. */
const pages: readonly { method: "GET" | "POST"; url: string; answer: Answer }[] = [
  { method: "GET", url: "/", answer: showFrontDoor },
  { method: "GET", url: "/sign-in/:mailboxId", answer: showSignIn },
  { method: "POST", url: "/sign-in/:mailboxId", answer: beginSignIn },
  { method: "GET", url: "/oauth/callback", answer: completeSignIn },
  { method: "GET", url: openIdPath, answer: beginOpenId },
  { method: "GET", url: openIdCallback, answer: completeOpenId },
  { method: "GET", url: "/my-mailbox", answer: showMyMailbox },
  { method: "GET", url: findMailPath, answer: askForMail },
  { method: "POST", url: findMailPath, answer: showFoundMail },
  ...(Object.keys(ownerActions) as (keyof typeof ownerActions)[]).map((name) => ({
    method: "POST" as const,
    url: `/my-mailbox/${name}`,
    answer: (call: PageCall, reply: FastifyReply) => actAsOwner(name, call, reply),
  })),
];

async function answerRefusal(
  ports: ConsolePorts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { problem, unexpected } = refusalOf(error, ports.isOutage);
  if (unexpected)
    ports.logger.error({ err: error, correlation: request.id, route: request.routeOptions.url }, "a page failed");
  // RFC 9110 §15.5.2 requires one. No browser opens a dialog for this scheme.
  if (problem.code === "UNAUTHENTICATED") reply.header("www-authenticate", "Bearer");
  if (problem.code === "TOO_MANY") reply.headers(headersOfTooMany(error));
  // A user who reloads the last page of a sign-in still finds the way.
  const say = sayFor(request);
  const session =
    problem.code === "STATE_REPLAYED" ? await sessionOf(pageCall(ports, request)).catch(() => null) : null;
  const after = session ? html`<p><a href="/my-mailbox">${say("my.home")}</a></p>` : undefined;
  return sendPage(reply, refusalPage(problem, request.id, say, after));
}

/** Adds the pages to the server, with their own forms and refusals: the API speaks JSON only. */
export function registerPages(app: FastifyInstance, ports: ConsolePorts): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, text, done) =>
      done(null, Object.fromEntries(new URLSearchParams(text as string))),
    );
    scope.setErrorHandler((error, request, reply) => answerRefusal(ports, error, request, reply));
    for (const { method, url, answer } of pages)
      scope.route({
        method,
        url,
        bodyLimit,
        schema: { hide: true },
        // Looking with HEAD must not use a sign-in up.
        exposeHeadRoute: false,
        ...(method === "POST"
          ? { onRequest: async (request: FastifyRequest) => refuseForeignSite(ports, request) }
          : {}),
        handler: (request, reply) => answer(pageCall(ports, request), reply),
      });
  });
}
