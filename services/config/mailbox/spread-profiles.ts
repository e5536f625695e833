import { type Direction, directions } from "@mailfleet/contracts";
import { eachAlone } from "@mailfleet/kit";
import { type MachineEvent, restoreMachine } from "@mailfleet/mailbox";
import type { Ports } from "../ports.ts";
import type { ShownProfile } from "../profile/body.ts";
import { hasNewRhythm, hasSwitched, switchField, unheard } from "../profile/relevant-fields.ts";
import type { StoredMailbox } from "./body.ts";
import type { Plan } from "./decide.ts";
import { isOfSignIn } from "./former-secret.ts";
import { take } from "./take.ts";

const profilesAtOnce = 500;

/**
 * Brings the last change of each profile to the mailboxes that have not taken it over. Goes by `profileV <
 * profile.relevantV`, so it can be begun by anybody, at any time, any number of times: at once after a change, and again
 * for what a crash left over.
 */
export async function spreadProfiles(ports: Ports, signal: AbortSignal): Promise<void> {
  const query = { filter: {}, sort: [["_id", 1]], limit: profilesAtOnce } as const;
  let after: string | undefined;
  for (;;) {
    const profiles = await ports.documents.profile.list({ ...query, ...(after ? { after: [after] } : {}) });
    for (const profile of profiles) await spreadProfile(ports, profile, signal);
    after = profiles.at(-1)?._id;
    if (profiles.length < profilesAtOnce || signal.aborted) return;
  }
}

async function spreadProfile(ports: Ports, profile: ShownProfile, signal: AbortSignal): Promise<void> {
  const { mailboxes, logger, worlds } = ports;
  await spread(
    (limit) => mailboxes.behindProfile(profile._id, profile.relevantV, limit),
    async (ids) => {
      // What is decided with the profile of a moment ago would count as heard.
      await worlds.profile(profile._id, { atLeast: profile.v });
      await eachAlone(ids, { logger, what: "profile's change", name: String }, async (mailboxId) => {
        const at = ports.now();
        await take(ports, mailboxId, {
          id: `profile/${profile._id}/${profile.v}`,
          kind: "report",
          at,
          event: "profileChanged",
          plan: (document) => planSpread(document, profile, at),
        });
      });
    },
    signal,
  );
}

const batch = 200;

/** Works through outdated mailboxes in batches. Each is tried once, so that one failure stops nothing. */
export async function spread(
  behind: (limit: number) => Promise<string[]>,
  work: (ids: string[]) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const tried = new Set<string>();
  for (;;) {
    const next = (await behind(batch)).filter((id) => !tried.has(id));
    if (next.length === 0 || signal.aborted) return;
    for (const id of next) tried.add(id);
    await work(next);
  }
}

/** Directions that do not work because of what they sign in with. */
function failedToSignIn({ machine }: StoredMailbox): Direction[] {
  const { directions: known } = restoreMachine(machine);
  return directions.filter((direction) => {
    const { failure } = known[direction].context;
    return failure !== null && isOfSignIn(failure);
  });
}

/** What a version of the profile means for a mailbox that took an older one into account. */
export function planSpread(document: StoredMailbox, profile: ShownProfile, at: number): Plan {
  const { configuration, profileV, profileActive } = document;
  if (configuration.profileId !== profile._id || profileV >= profile.v) return { events: [] };
  const { fields, directions: concerned } = unheard(profile, profileV);
  const events: MachineEvent[] = [];
  if (concerned.length > 0) events.push({ type: "settingsChanged", directions: concerned, fields, at });
  const isSwitched = hasSwitched(profile, profileV);
  const repaired = isSwitched ? failedToSignIn(document).filter((one) => !concerned.includes(one)) : [];
  if (repaired.length > 0) {
    fields.push(switchField);
    events.push({ type: "settingsChanged", directions: repaired, fields: [switchField], at });
  }
  if (hasNewRhythm(profile, profileV)) events.push({ type: "policyChanged", at });
  const wasActive = configuration.active && profileActive;
  const isActive = configuration.active && profile.active;
  if (wasActive !== isActive) events.push({ type: isActive ? "activate" : "deactivate", at });
  const what = [...fields, ...(profileActive === profile.active ? [] : ["/active"])].join(", ");
  return {
    events,
    profile: { v: profile.v, active: profile.active },
    ...(isSwitched && { switchedAt: at }),
    cause: `profile ${profile.settings.name}: ${what}`,
  };
}
