import { type Check, failing, fine, spanOf, warning } from "@mailfleet/kit";
import type { Ports } from "./ports.ts";
import { allProfiles } from "./profile/all-profiles.ts";
import { secretEnd } from "./profile/warn-of-secrets.ts";

const soonMs = 14 * 86_400_000;
const lateMs = 300_000;
const batch = 200;
/** Life-cycle words of mailboxes that do not work as somebody wanted. */
const inTrouble = /retrying|degraded|failed|credentials|consent/;

/** What config looks at when it is asked how it is. */
export const checks: Readonly<Record<string, Check<Ports>>> = {
  mailboxes: {
    runbook: "MailfleetMailboxesFailing",
    look: async ({ mailboxes }) => {
      const counts = Object.entries(await mailboxes.countByLifecycle()).filter(([, count]) => count > 0);
      const all = counts.reduce((sum, [, count]) => sum + count, 0);
      const bad = counts.filter(([word]) => inTrouble.test(word));
      const text = `${all} mailboxes: ${counts.map(([word, count]) => `${count} ${word}`).join(", ") || "none yet"}.`;
      return bad.length === 0
        ? fine(text)
        : warning(text, "`mailfleet mailbox list --status <word>` names them; `mailfleet mailbox show` says why.");
    },
  },
  "mailboxes-timers": {
    runbook: "MailfleetTimersLate",
    look: async ({ mailboxes, now }) => {
      const late = await mailboxes.toRearm(now() - lateMs, batch);
      if (late.length === 0) return fine("The timers of all mailboxes are looked after.");
      return failing(
        `The timers of ${late.length === batch ? `${batch} or more` : late.length} mailboxes were not looked after for ${spanOf(lateMs)}.`,
        "See the log of config for the tick `timers`.",
      );
    },
  },
  "profile-secrets": {
    runbook: "MailfleetProfileSecretEnds",
    look: async (ports) => {
      const ends = (await allProfiles(ports)).flatMap((profile) => {
        const at = secretEnd(profile);
        return at === null ? [] : [{ name: profile.settings.name, at }];
      });
      return judgeEnd(ends, ports.now(), {
        what: "secret or certificate of profile",
        todo: "Make a new one at the provider, then `mailfleet profile set-next-oauth-secret`.",
      });
    },
  },
  consents: {
    runbook: "MailfleetConsentEnds",
    look: async ({ grants, now }) => {
      const ends: { name: string; at: number }[] = [];
      for (let page = await grants.page("", batch); ; page = await grants.page(page.at(-1)?._id ?? "", batch)) {
        for (const { _id, expiresAt, state } of page)
          if (state === "good" && expiresAt !== null) ends.push({ name: _id, at: expiresAt });
        if (page.length < batch) break;
      }
      return judgeEnd(ends, now(), {
        what: "consent of mailbox",
        todo: "Send its user the link of `mailfleet mailbox sign-in`.",
      });
    },
  },
};

/** About what ends first. */
function judgeEnd(
  ends: readonly { readonly name: string; readonly at: number }[],
  now: number,
  { what, todo }: { what: string; todo: string },
) {
  const soon = ends.filter(({ at }) => at < now + soonMs).toSorted((a, b) => a.at - b.at);
  const [first] = soon;
  if (!first) return fine(`No ${what} ends within ${spanOf(soonMs)}.`);
  const others = soon.length > 1 ? ` ${soon.length - 1} more end within ${spanOf(soonMs)}.` : "";
  if (first.at <= now) return failing(`The ${what} ${first.name} ended ${spanOf(now - first.at)} ago.${others}`, todo);
  return warning(`The ${what} ${first.name} ends in ${spanOf(first.at - now)}.${others}`, todo);
}
