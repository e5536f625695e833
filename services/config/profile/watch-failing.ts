import { eachAlone, type OutboxEntry } from "@mailfleet/kit";
import { alertCleared, alertRaised } from "../mailbox/alert-entries.ts";
import type { Failing, MailboxStore } from "../mailbox/store.ts";
import type { Ports } from "../ports.ts";
import { allProfiles } from "./all-profiles.ts";
import type { ProfileBody, ShownProfile } from "./body.ts";

/** A shorter outage is not reported: by then, its mailboxes have been tried again. */
const patienceMs = 600_000;
const code = "PROFILE_MAILBOXES_FAILING";

/** Reports once that more than half of a profile's mailboxes do not work, and once that this is over. */
export async function watchFailing(ports: Ports): Promise<void> {
  const alone = { logger: ports.logger, what: "profile", name: ({ _id }: ShownProfile) => _id };
  const counts = await ports.mailboxes.countFailing();
  await eachAlone(await allProfiles(ports), alone, (profile) => watch(ports, profile, counts));
}

async function watch(
  { documents, now }: Pick<Ports, "documents" | "now">,
  profile: ShownProfile,
  counts: Awaited<ReturnType<MailboxStore["countFailing"]>>,
): Promise<void> {
  const at = now();
  const decided = decideFailing(profile, counts.get(profile._id) ?? { all: 0, failing: 0 }, at);
  if (decided === null) return;
  const { failing, outbox } = decided;
  const what = failing ? `${failing.since}/${failing.isTold}` : "over";
  await documents.profile.change(profile._id, { key: `failing/${what}/${profile.v}`, at }, (before) =>
    before.v === profile.v
      ? { after: { ...before, failing }, outbox, quiet: true }
      : { ignored: "it is another by now" },
  );
}

/**
 * What to store and what to report; `null`: nothing changes. A single mailbox has alerts of its own. A failure is reported
 * only once it has lasted for a while, so that a short outage of a server is not.
 */
export function decideFailing(
  { _id, settings, active, failing: before }: Pick<ShownProfile, "_id" | "settings" | "active" | "failing">,
  { all, failing }: Failing,
  at: number,
): { readonly failing: ProfileBody["failing"]; readonly outbox: OutboxEntry[] } | null {
  const object = { type: "profile", id: _id, label: settings.name } as const;
  const fails = settings.massFailureAlert !== false && active && failing >= 2 && failing * 2 > all;
  if (!fails) {
    if (!before) return null;
    return { failing: undefined, outbox: before.isTold ? [alertCleared({ at, object, codes: [code] })] : [] };
  }
  if (!before) return { failing: { since: at, isTold: false }, outbox: [] };
  if (before.isTold || at - before.since < patienceMs) return null;
  const detail = `${failing} of ${all} mailboxes have not worked since ${new Date(before.since).toISOString()}.`;
  return { failing: { ...before, isTold: true }, outbox: [alertRaised({ at, object, code, detail })] };
}
