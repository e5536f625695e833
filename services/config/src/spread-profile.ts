import type { MachineEvent } from "@mailfleet/mailbox";
import type { ProfileDocument } from "@mailfleet/store";
import type { Plan } from "./decide.ts";
import { inParallel } from "./in-parallel.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Ports, StoredMailbox } from "./ports.ts";
import { hasNewRhythm, unheard } from "./profile-fields.ts";
import type { StepMailbox } from "./step-mailbox.ts";

/** Brings the last change of a profile to the mailboxes that have not heard of it; answers to how many. */
export type SpreadProfile = (profileId: string, signal?: AbortSignal) => Promise<number>;

const batch = 200;
const concurrency = 8;

/**
 * Goes by `profileV < profile.relevantV`, so it can be begun by anybody, at any time, any number of times: at once
 * after a change, and by the sweep for what a crash left over.
 */
export function createSpreadProfile(ports: Ports, knowledge: Knowledge, step: StepMailbox): SpreadProfile {
  return async (profileId, signal) => {
    const profile = await knowledge.profile(profileId, { fresh: true });
    const tried = new Set<string>();
    for (;;) {
      const behind = await ports.mailboxes.behindProfile(profileId, profile.relevantV, batch);
      const next = behind.filter((id) => !tried.has(id));
      if (next.length === 0 || signal?.aborted) return tried.size;
      await inParallel(next, concurrency, async (mailboxId) => {
        tried.add(mailboxId);
        await spreadTo(mailboxId, profile);
      });
    }
  };

  async function spreadTo(mailboxId: string, profile: ProfileDocument) {
    try {
      const at = ports.now();
      await step(mailboxId, {
        id: `profile/${profile._id}/${profile.v}`,
        kind: "report",
        at,
        event: "profileChanged",
        plan: (document) => planSpread(document, profile, at),
      });
    } catch (error) {
      ports.logger.warn(
        { mailbox: mailboxId, profile: profile._id, err: error },
        "a profile's change waits for the sweep",
      );
    }
  }
}

/** What a version of the profile means for a mailbox that took an older one into account. */
export function planSpread(document: StoredMailbox, profile: ProfileDocument, at: number): Plan {
  const { configuration, profileV, profileActive } = document;
  if (configuration.profileId !== profile._id || profileV >= profile.v) return { events: [] };
  const { fields, directions } = unheard(profile, profileV);
  const events: MachineEvent[] = [];
  if (directions.length > 0) events.push({ type: "settingsChanged", directions, fields, at });
  if (hasNewRhythm(profile, profileV)) events.push({ type: "policyChanged", at });
  const wasActive = configuration.active && profileActive;
  const isActive = configuration.active && profile.active;
  if (wasActive !== isActive) events.push({ type: isActive ? "activate" : "deactivate", at });
  const what = [...fields, ...(profileActive === profile.active ? [] : ["/active"])].join(", ");
  return {
    events,
    profile: { v: profile.v, active: profile.active },
    cause: `profile ${profile.settings.name}: ${what}`,
  };
}
