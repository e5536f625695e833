import { ProblemError } from "@mailfleet/contracts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { foreignWords, html } from "../pages/html.ts";
import { sendOn, sendPage } from "../pages/layout.ts";
import { home } from "../pages/my-mailbox.ts";
import type { PageCall } from "../pages/page-call.ts";
import { refusalPage } from "../pages/refusal-page.ts";
import { refuseOverPlainHttp } from "../secret/plain-http.ts";
import { sealForSignIn } from "../secret/seal-secrets.ts";
import { cookieNames, cookieOf, setCookie } from "../session/cookies.ts";
import { leaveNotice } from "../session/notice.ts";
import { beginSession } from "../session/owner-session.ts";
import { sha256 } from "./begin-sign-in.ts";
import { providerTimeoutMs } from "./particular.ts";

/** What an authorization server may add to the redirect (RFC 6749 §4.1.2, RFC 9207). Each at most once. */
const Redirect = z.object({
  state: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  code: z.string().min(1).max(4000).optional(),
  iss: z.string().min(1).max(2000).optional(),
  error: z.string().min(1).max(200).optional(),
  error_description: z.string().max(8000).optional(),
});

const again = "Open the link again and complete the sign-in in one browser.";

/** Refusals of the authorization server that have an easy explanation (RFC 6749 §4.1.2.1, OpenID Connect §3.1.2.6). */
const explanations: Readonly<Record<string, { what: string; remedy: string }>> = {
  access_denied: {
    what: "You did not permit the access, or an administrator of your organisation does not allow it.",
    remedy: "Open the link again and permit all that is asked for, or ask the administrator of your mail.",
  },
  temporarily_unavailable: {
    what: "The mail provider is busy.",
    remedy: "Wait a few minutes, then open the link again.",
  },
  server_error: {
    what: "The mail provider had a problem.",
    remedy: "Wait a few minutes, then open the link again.",
  },
};

function refused(error: string, description: string | undefined): ProblemError {
  const known = explanations[error];
  const saying = foreignWords([error, description].filter((text) => text !== undefined).join(": "));
  const what = known?.what ?? "The mail provider did not complete the sign-in.";
  return new ProblemError("SIGN_IN_REFUSED", `${what} It says: ${saying}`, {
    remedy: known?.remedy ?? "Show this page to your administrator.",
  });
}

/** What came back, if it is the end of a sign-in at all. @throws STATE_UNKNOWN, SIGN_IN_REFUSED */
function redirectOf(query: unknown): z.output<typeof Redirect> {
  const parsed = Redirect.safeParse(query);
  if (parsed.success) return parsed.data;
  const aboutState = parsed.error.issues.some((issue) => issue.path[0] === "state");
  throw aboutState
    ? new ProblemError("STATE_UNKNOWN", "The answer does not belong to a sign-in on this site.", { remedy: again })
    : new ProblemError("SIGN_IN_REFUSED", "The mail provider's answer cannot be read.", { remedy: again });
}

/**
 * `GET /oauth/callback`: checks that this browser began the sign-in, hands the code over, sealed, and leads to the
 * owner's page or says what was refused. The code is in no log, no page and no error. Success proves that the browser's user owns the mailbox.
 * @throws PLAIN_HTTP, STATE_*, REDIRECT_FROM_ANOTHER_*, SIGN_IN_REFUSED, ACCOUNT_NOT_THE_MAILBOX
 */
export async function completeSignIn(call: PageCall, reply: FastifyReply): Promise<FastifyReply> {
  refuseOverPlainHttp(call);
  const { state, code, iss, error, error_description } = redirectOf(call.request.query);
  const browser = cookieOf(call.request, call, cookieNames.signIn);
  if (browser === null)
    throw new ProblemError("REDIRECT_FROM_ANOTHER_BROWSER", "The sign-in began in another browser, or too long ago.", {
      remedy: again,
    });
  const { consentId, mailboxId, ownership } = await call.ask("config.consent.take", {
    stateHash: sha256(state),
    browserHash: sha256(browser),
    ...(iss === undefined ? {} : { issuer: iss }),
  });
  // It was good for one sign-in, however this ends.
  setCookie(reply, call, cookieNames.signIn, "", 0);
  try {
    if (error !== undefined) throw refused(error, error_description);
    if (code === undefined)
      throw new ProblemError("SIGN_IN_REFUSED", "The mail provider's answer holds neither a permission nor a reason.");
    const sealed = await sealForSignIn(call, mailboxId, "oauth-code", code);
    await call.ask("inbound-sync.consent.complete", { consentId, code: sealed }, { timeoutMs: providerTimeoutMs });
    const mailbox = await call.ask("config.mailbox.get", { id: mailboxId });
    // Of the consent: who owns the mailbox since then did not sign in here.
    await beginSession(call, reply, { mailboxId, address: mailbox.address, ownership, from: call.request.ip });
    leaveNotice(reply, call, { about: "signed-in" });
    // To an address that can be loaded again: this one is good for once.
    return sendOn(reply, home);
  } catch (refusal) {
    if (!(refusal instanceof ProblemError)) throw refusal;
    const after = html`<p><a href="/sign-in/${mailboxId}">${call.say("signIn.tryAgain")}</a></p>`;
    return sendPage(reply, refusalPage(refusal.problem, call.correlation, call.say, after));
  }
}
