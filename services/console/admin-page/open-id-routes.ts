import { createHmac, randomBytes } from "node:crypto";
import { ProblemError } from "@mailfleet/contracts";
import { withHashedAddresses } from "@mailfleet/kit";
import type { FastifyReply } from "fastify";
import { html } from "../pages/html.ts";
import { sendOn, sendPage } from "../pages/layout.ts";
import type { PageCall } from "../pages/page-call.ts";
import { refusalPage } from "../pages/refusal-page.ts";
import { inEnglish } from "../pages/words/say.ts";
import { refuseOverPlainHttp } from "../secret/plain-http.ts";
import { beginForPerson } from "../session/administrator-session.ts";
import { cookieNames, cookieOf, setCookie } from "../session/cookies.ts";

/** Where the administrator's page is. */
const page = "/admin/";
/** A sign-in begins here. */
export const openIdPath = `${page}sign-in`;
/** The redirect URI of the client at the provider, below the console's address. */
export const openIdCallback = `${openIdPath}/callback`;

/** So long a person may take at the provider. */
const attemptSeconds = 600;
/** 32 random bytes, base64url. */
const seedLength = 43;
/** Where to go afterwards stands in a cookie, so it must not be long. */
const longestPlace = 500;

/** State, nonce and verifier follow from the one secret that the browser keeps: they belong together, and nothing is stored here. */
function attemptOf(call: PageCall, seed: string) {
  const derived = (what: string) => createHmac("sha256", seed).update(what).digest("base64url");
  return {
    redirectUri: `${call.consoleUrl()}${openIdCallback}`,
    ...{ state: derived("state"), nonce: derived("nonce"), verifier: derived("verifier") },
  };
}

/** A place of the page, and nothing else: who makes a link must not lead people to another site. */
function placeOf(call: PageCall, text: unknown): string {
  const url = typeof text === "string" ? URL.parse(text, call.consoleUrl()) : null;
  const place = url && url.origin === new URL(call.consoleUrl()).origin ? url.pathname + url.search : page;
  const isPlace = place.startsWith(page) && !place.startsWith(openIdPath) && place.length <= longestPlace;
  return isPlace ? place : page;
}

/** `GET /admin/sign-in?to=/admin/…`: leads to the provider. @throws PLAIN_HTTP, SIGN_IN_REFUSED */
export async function beginOpenId(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  refuseOverPlainHttp(call);
  if (!call.openId) return sendOn(reply, page);
  const { to } = call.request.query as { to?: unknown };
  const seed = randomBytes(32).toString("base64url");
  const location = await call.openId.provider.signInUrl(attemptOf(call, seed));
  const kept = `${seed}${Buffer.from(placeOf(call, to)).toString("base64url")}`;
  setCookie(reply, call, cookieNames.openId, kept, attemptSeconds);
  return sendOn(reply, location);
}

/**
 * `GET /admin/sign-in/callback`: the browser comes back from the provider, and gets a session if one of the person's groups
 * has a role. Code and tokens are in no log and on no page. @throws PLAIN_HTTP, REDIRECT_FROM_ANOTHER_BROWSER
 */
export async function completeOpenId(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  refuseOverPlainHttp(call);
  if (!call.openId) return sendOn(reply, page);
  const kept = cookieOf(call.request, call, cookieNames.openId);
  // It was good for one sign-in, however this ends.
  setCookie(reply, call, cookieNames.openId, "", 0);
  try {
    if (kept === null || kept.length <= seedLength)
      throw new ProblemError(
        "REDIRECT_FROM_ANOTHER_BROWSER",
        "The sign-in began in another browser, or too long ago.",
        {
          remedy: "Begin again, and complete the sign-in in one browser within ten minutes.",
        },
      );
    const query = new URL(call.request.url, call.consoleUrl()).searchParams;
    const person = await call.openId.provider.personOf(attemptOf(call, kept.slice(0, seedLength)), query);
    const role = call.openId.roleOf(person.groups);
    if (role === null) throw withoutRole(person);
    await beginForPerson(call, call.request, reply, { ...person, role });
    const place = Buffer.from(kept.slice(seedLength), "base64url").toString("utf8");
    return sendOn(reply, placeOf(call, place));
  } catch (refusal) {
    if (!(refusal instanceof ProblemError)) throw refusal;
    const reason = withHashedAddresses(refusal.problem.detail);
    call.logger.warn({ correlation: call.correlation, reason }, "a sign-in was refused");
    const after = html`<p><a href="${page}">Back to the sign-in</a></p>`;
    return sendPage(reply, refusalPage(refusal.problem, call.correlation, inEnglish, after));
  }
}

/** The refusal of somebody in none of the groups that may work here. */
export function withoutRole({ name, groups }: { name: string; groups: readonly string[] }): ProblemError {
  const found = groups.length === 0 ? "the provider names no group of yours" : `you are in ${groups.length} groups`;
  return new ProblemError(
    "SIGN_IN_REFUSED",
    `You are signed in there as ${name}, but ${found}, and none may work here.`,
    {
      remedy:
        "Ask an administrator to put you into a group that MAILFLEET_OIDC_ROLES names. If you are in one, the provider must put it into the ID token.",
    },
  );
}
