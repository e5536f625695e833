import assert from "node:assert/strict";
import type { OAuthDouble } from "@mailfleet/local/doubles";

/** What an answer sets, as the browser sends it back. */
function cookiesOf({ headers }: Response): string {
  const pairs = headers.getSetCookie().filter((line) => !line.includes("Max-Age=0"));
  return pairs.map((line) => line.split(";")[0]).join("; ");
}

/**
 * Plays the browser of a mailbox's user who got the sign-in link: posts the form, signs in at the authorization server,
 * comes back. Answers the last page. Nothing of it uses an account in Mailfleet.
 */
export async function signInThroughLink(link: string, oauth: OAuthDouble, account: string): Promise<string> {
  const begun = await fetch(link, { method: "POST", redirect: "manual", headers: { origin: new URL(link).origin } });
  assert.equal(begun.status, 303, await begun.text());
  const cookie = cookiesOf(begun);
  const back = await oauth.approve(begun.headers.get("location") ?? "", { account });
  assert.equal(new URL(back).origin, new URL(link).origin);
  const done = await fetch(back, { headers: { cookie }, redirect: "manual" });
  const home = done.headers.get("location");
  if (home === null) return done.text();
  return (await fetch(new URL(home, back), { headers: { cookie: cookiesOf(done) } })).text();
}
