import { browser, hiddenField, type Visited } from "./browser.ts";
import { paths } from "./provider-configuration.ts";

/** Who signs in, and whether they agree. */
export interface UserDecision {
  readonly account: string;
  readonly deny?: boolean;
}

/** Opens the authorization URL, signs in, decides; answers where the browser is sent. Throws with the page's words. */
export async function playApproval(
  origin: string,
  ca: string | undefined,
  url: string,
  user: UserDecision,
): Promise<string> {
  const visitor = browser(origin, ca);
  const end = await decide(visitor.submit, await visitor.open(url), user);
  if (end.left === null) throw new Error(`no redirect, but: ${words(end)}`);
  return end.left;
}

/** Enters the code that a device shows, signs in, decides. Throws with the page's words. */
export async function playDeviceApproval(
  origin: string,
  ca: string | undefined,
  userCode: string,
  user: UserDecision,
): Promise<void> {
  const visitor = browser(origin, ca);
  const url = origin + paths.deviceCode;
  const form = await visitor.open(url);
  const xsrf = hiddenField(form.html, "xsrf") ?? "";
  const asked = await visitor.submit(url, { xsrf, user_code: userCode });
  const confirmation = hiddenField(asked.html, "xsrf");
  if (asked.status !== 200 || confirmation === undefined) throw new Error(`code not accepted: ${words(asked)}`);
  const decision: Record<string, string> = user.deny ? { abort: "yes" } : { confirm: "yes" };
  const next = await visitor.submit(url, { xsrf: confirmation, user_code: userCode, ...decision });
  if (user.deny) return;
  const end = await decide(visitor.submit, next, user);
  if (end.status !== 200) throw new Error(`not signed in: ${words(end)}`);
}

async function decide(
  submit: (url: string, fields: Record<string, string>) => Promise<Visited>,
  at: Visited,
  user: UserDecision,
) {
  if (!new URL(at.url).pathname.startsWith(`${paths.signIn}/`) || at.status !== 200) return at;
  return submit(at.url, { account: user.account, decision: user.deny ? "deny" : "allow" });
}

/** Text of a page, without its mark-up. */
function words({ status, html }: Visited): string {
  const text = html.replace(/<title>.*?<\/title>|<script>[\s\S]*?<\/script>/g, "").replace(/<[^>]+>/g, " ");
  return `${status} ${text.replace(/\s+/g, " ").trim()}`.slice(0, 500);
}
