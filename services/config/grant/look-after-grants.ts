import { eachAlone } from "@mailfleet/kit";
import { alertRaised, mailboxObject } from "../mailbox/alert-entries.ts";
import { signInUrl } from "../mailbox/sign-in-url.ts";
import { take } from "../mailbox/take.ts";
import type { Ports } from "../ports.ts";
import { dueWarning, secondsUntilFirst } from "../profile/ends.ts";
import type { GrantDocument } from "./store.ts";

const batch = 200;

/**
 * Goes through all consents: removes the sealed tokens that a crash left of a deleted mailbox or a former owner, and
 * warns ahead of ends, once for each number of days. One that fails waits for the next round.
 */
export async function lookAfterGrants(ports: Ports): Promise<void> {
  const alone = { logger: ports.logger, what: "consent", name: ({ _id }: GrantDocument) => _id };
  let page: GrantDocument[] = [];
  const ends: number[] = [];
  do {
    page = await ports.grants.page(page.at(-1)?._id ?? "", batch);
    const ownerships = await ports.mailboxes.ownerships(page.map(({ _id }) => _id));
    ends.push(...page.flatMap(({ expiresAt, state }) => (state === "good" && expiresAt !== null ? [expiresAt] : [])));
    await eachAlone(page, alone, (grant) => lookAfter(ports, grant, ownerships.get(grant._id)));
  } while (page.length === batch);
  ports.metrics.grantEnds.set(secondsUntilFirst(ends, ports.now()));
}

/** `ownership` is the mailbox's present one; `undefined`: there is no such mailbox. */
async function lookAfter(ports: Ports, grant: GrantDocument, ownership: number | undefined): Promise<void> {
  const { grants, now, consoleUrl } = ports;
  const { _id: mailboxId, v, expiresAt, grantedAt, state, warned } = grant;
  if (ownership === undefined) return grants.remove(mailboxId);
  if (grant.ownership < ownership) return grants.removeBefore(mailboxId, ownership);
  const at = now();
  const warning = expiresAt === null || state !== "good" ? null : dueWarning(grantedAt, expiresAt, at);
  if (!warning || expiresAt === null || warned.includes(warning.days)) return;
  const link = consoleUrl ? ` Sign in again: ${signInUrl(consoleUrl, mailboxId)}` : "";
  const detail = `It ends at ${new Date(expiresAt).toISOString()}.${link}`;
  await take(ports, mailboxId, {
    id: `grant/${v}/${grantedAt}/${warning.days}`,
    kind: "report",
    at,
    event: "consentEnds",
    plan: (document) => ({
      events: [],
      alerts: [alertRaised({ at, object: mailboxObject(document), code: warning.consent, detail })],
    }),
  });
  await grants.warn(mailboxId, v, warning.days);
}
