import type { OAuthDouble } from "../doubles/index.ts";

/**
 * Plays the browser of a mailbox's user: opens the link's form, signs in at the authorization server, comes back.
 * @throws if the console does not lead on
 */
export async function signInByLink(link: string, oauth: OAuthDouble, account: string): Promise<void> {
  const begun = await fetch(link, { method: "POST", redirect: "manual", headers: { origin: new URL(link).origin } });
  const authorization = begun.headers.get("location");
  if (begun.status !== 303 || !authorization) throw new Error(`the sign-in link answered ${begun.status}`);
  const cookie = begun.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const back = await oauth.approve(authorization, { account });
  const done = await fetch(back, { headers: { cookie }, redirect: "manual" });
  if (done.status !== 303) throw new Error(`the end of the sign-in was answered with ${done.status}`);
}
