import { eachAlone, type Page, readPage } from "@mailfleet/kit";
import type { GrantDocument } from "../grant/store.ts";
import { signInUrl } from "../mailbox/sign-in-url.ts";
import type { Ports } from "../ports.ts";
import type { ShownProfile } from "../profile/body.ts";
import { dueWarning, mailboxAlertRaised, profileAlertCleared, profileAlertRaised, secretEndCodes } from "./alerts.ts";

const day = 86_400_000;
const longestWarning = 14 * day;
const batch = 200;

/** Warns ahead of consents and secrets that end, once for each number of days. One that fails waits for the next round. */
export async function warnOfEnds(ports: Ports): Promise<void> {
  const { logger, documents, grants, now } = ports;
  const before = now() + longestWarning;
  let ending: GrantDocument[] = [];
  do {
    ending = await grants.endingBefore(before, batch, ending.at(-1)?._id ?? "");
    await eachAlone(ending, { logger, what: "consent", name: ({ _id }) => _id }, (grant) =>
      warnOfConsent(ports, grant),
    );
  } while (ending.length === batch);
  const query = { filter: {}, sort: [["_id", 1]] } as const;
  let cursor: string | null = null;
  do {
    const page: Page<ShownProfile> = await readPage({ limit: batch, ...(cursor ? { cursor } : {}) }, query, (asked) =>
      documents.profile.list(asked),
    );
    await eachAlone(page.items, { logger, what: "secret", name: ({ _id }) => _id }, (profile) =>
      warnOfSecret(ports, profile),
    );
    cursor = page.next;
  } while (cursor !== null);
}

async function warnOfConsent(ports: Ports, grant: GrantDocument): Promise<void> {
  const { grants, documents, bus, now, consoleUrl } = ports;
  const at = now();
  const warning = grant.expiresAt === null ? null : dueWarning(grant.grantedAt, grant.expiresAt, at);
  if (!warning || grant.expiresAt === null || grant.warned.includes(warning.days)) return;
  const mailbox = await documents.mailbox.load(grant._id);
  // A crash between the deletion and this kept the sealed token.
  if (!mailbox?.living) return grants.remove(grant._id);
  // What a crash left of a former owner's.
  if (grant.ownership !== mailbox.ownership) return grants.removeBefore(grant._id, mailbox.ownership);
  const link = consoleUrl ? ` Sign in again: ${signInUrl(consoleUrl, grant._id)}` : "";
  const detail = `It ends at ${new Date(grant.expiresAt).toISOString()}.${link}`;
  const id = `grant/${grant._id}/${grant.v}/${warning.days}`;
  await bus.publish(
    mailboxAlertRaised(grant._id, mailbox.configuration.address, { code: warning.consent, detail, id, at }),
  );
  await grants.warn(grant._id, grant.v, warning.days);
}

async function warnOfSecret(ports: Ports, profile: ShownProfile): Promise<void> {
  const { bus, now, documents } = ports;
  const at = now();
  const ends = secretEnd(profile);
  const warned = profile.warnedOfSecret ?? null;
  const beganAt = profile.oauthSecret?.setAt ?? profile.createdAt;
  const code =
    ends === null ? null : ends <= at ? ("SECRET_ENDED" as const) : (dueWarning(beganAt, ends, at)?.secret ?? null);
  const key = code && `${ends}:${code}`;
  if (key === warned) return;
  const id = `secret/${profile._id}/${ends}`;
  // What was said of another end is over.
  if (warned !== null && !warned.startsWith(`${ends}:`))
    await bus.publish(profileAlertCleared(profile._id, profile.settings.name, secretEndCodes, `${id}/${warned}`, at));
  if (code && ends !== null) {
    const detail = `The secret of the OAuth application ends at ${new Date(ends).toISOString()}.`;
    await bus.publish(profileAlertRaised(profile._id, profile.settings.name, { code, detail, id, at }));
  }
  await documents.profile.change(profile._id, { key: `warned/${key}`, at }, (before) => ({
    after: { ...before, warnedOfSecret: key ?? undefined },
    quiet: true,
  }));
}

/** When the application can no longer prove itself: as entered, or as its certificate says. */
function secretEnd({ settings, oauthSecret }: ShownProfile): number | null {
  return oauthSecret?.certificate?.expiresAt ?? settings.oauth?.clientSecretExpiresAt ?? null;
}
