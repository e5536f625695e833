import assert from "node:assert/strict";
import type { OAuthDouble } from "@mailfleet/local/doubles";

/**
 * Plays the browser of a mailbox's user who got the sign-in link: posts the form, signs in at the authorization server,
 * comes back. Answers the last page. Nothing of it uses an account in Mailfleet.
 */
export async function signInThroughLink(link: string, oauth: OAuthDouble, account: string): Promise<string> {
  const begun = await fetch(link, { method: "POST", redirect: "manual", headers: { origin: new URL(link).origin } });
  assert.equal(begun.status, 303, await begun.text());
  const cookie = begun.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const back = await oauth.approve(begun.headers.get("location") ?? "", { account });
  assert.equal(new URL(back).origin, new URL(link).origin);
  const done = await fetch(back, { headers: { cookie } });
  return done.text();
}
