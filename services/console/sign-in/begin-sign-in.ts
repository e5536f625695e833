import { createHash, randomBytes } from "node:crypto";
import { type Mailbox, MailboxId, ProblemError, type Profile, providerPresets } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import type { FastifyReply } from "fastify";
import { html } from "../pages/html.ts";
import { sendOn, sendPage } from "../pages/layout.ts";
import type { PageCall } from "../pages/page-call.ts";
import { redirectUriOf, signInUrlOf } from "../profile/profile-view.ts";
import { refuseOverPlainHttp } from "../secret/plain-http.ts";
import { sealForSignIn } from "../secret/seal-secrets.ts";
import { cookieNames, setCookie } from "../session/cookies.ts";
import { refuseUnlessSignIn } from "./particular.ts";

/** As long as `config` keeps a sign-in open, and a little more, so that the refusal says why. */
const cookieSeconds = 900;

const providerNames = { google: "Google", microsoft: "Microsoft" } as const;

/** 32 random bytes: a `state`, a verifier (RFC 7636 §4.1), a browser's cookie. */
const secretText = () => randomBytes(32).toString("base64url");

/** SHA-256, base64url: what `config` keeps of a state and a cookie, and the challenge S256 of a verifier. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** The mailbox that the path names, with its profile. @throws NOT_FOUND, NOT_POSSIBLE_NOW */
async function named(call: PageCall): Promise<{ mailbox: Mailbox; profile: Profile }> {
  const { mailboxId } = call.request.params as { mailboxId: string };
  if (!MailboxId.safeParse(mailboxId).success) throw new ProblemError("NOT_FOUND", "There is no such mailbox.");
  const mailbox = await call.ask("config.mailbox.get", { id: mailboxId });
  const profile = await call.ask("config.profile.get", { id: mailbox.profileId });
  refuseUnlessSignIn(profile);
  return { mailbox, profile };
}

/**
 * Where the form may lead: any https site, because single sign-on may redirect; plain http only if the profile uses it.
 */
function formsLeadTo({ oauth }: Profile): string {
  const preset = oauth && oauth.provider !== "custom" ? providerPresets[oauth.provider].authorization : undefined;
  const authorization = oauth?.endpoints?.authorization ?? preset;
  return authorization?.startsWith("http:") ? `https: ${new URL(authorization).origin}` : "https:";
}

/** `GET /sign-in/:mailboxId`: says what will happen. Anybody with the link sees it, so it names no address. */
export async function showSignIn(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  const { mailbox, profile } = await named(call);
  const { say } = call;
  const name = profile.oauth?.provider ?? "custom";
  const provider = name === "custom" ? say("signIn.custom") : providerNames[name];
  return sendPage(reply, {
    title: say("signIn.title"),
    language: say.language,
    formsLeadTo: formsLeadTo(profile),
    body: html`<p>${say("signIn.asked")}</p>
<p>${say.html("signIn.how", { provider: html`<b>${provider}</b>` })}</p>
<p>${say("signIn.then")}</p>
<form method="post" action="/sign-in/${mailbox.id}"><button>${say("signIn.button", { provider })}</button></form>
<p class="soft">${say("signIn.unexpected")}</p>`,
  });
}

/**
 * `POST /sign-in/:mailboxId`: begins a sign-in, which only this browser can complete, and leads to the authorization
 * server. State and cookie leave here as hashes only, the verifier sealed.
 * @throws NOT_FOUND, NOT_POSSIBLE_NOW, TOO_MANY, PLAIN_HTTP
 */
export async function beginSignIn(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  refuseOverPlainHttp(call);
  const { mailbox } = await named(call);
  reply.headers(call.signInLimit.take(mailbox.id));
  const [state, verifier, browser] = [secretText(), secretText(), secretText()];
  const { authorizationUrl } = await call.ask("config.consent.begin", {
    mailboxId: mailbox.id,
    by: "the mailbox's user",
    correlation: call.correlation,
    consentId: idFrom("cs", state),
    flow: "code",
    stateHash: sha256(state),
    browserHash: sha256(browser),
    verifier: await sealForSignIn(call, mailbox.id, "oauth-verifier", verifier),
    challenge: sha256(verifier),
    redirectUri: redirectUriOf(call),
  });
  if (authorizationUrl === null || !/^https?:/.test(authorizationUrl))
    throw new ProblemError("NOT_POSSIBLE_NOW", "The mail provider offers no sign-in in a browser.", {
      remedy: `Ask your administrator, and give them this address: ${signInUrlOf(call, mailbox.id)}.`,
    });
  const location = new URL(authorizationUrl);
  location.searchParams.set("state", state);
  setCookie(reply, call, cookieNames.signIn, browser, cookieSeconds);
  return sendOn(reply, location.href);
}
