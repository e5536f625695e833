import type { Direction, MailboxChange, SealedMailboxCredentials } from "@mailfleet/contracts";
import type { MachineEvent } from "@mailfleet/mailbox";
import type { ShownProfile } from "../profile/body.ts";
import { serverFor } from "../profile/server-for.ts";
import type { Configuration, StoredMailbox } from "./body.ts";
import type { Plan } from "./decide.ts";
import { keptMailboxCredentials } from "./kept-credentials.ts";
import { approvalRequired, configuredDirections, withNamed } from "./new-mailbox.ts";
import { refuseImpossibleMailbox } from "./possible-mailbox.ts";
import type { World } from "./world.ts";

/** A change of configuration; `undefined` leaves as it is, `null` takes away. */
export interface WantedChange {
  readonly change: MailboxChange;
  readonly credentials?: SealedMailboxCredentials | null | undefined;
  /** The profile that the mailbox is to use from now on, if it is another. */
  readonly profile?: ShownProfile;
}

/**
 * What a change of a mailbox's configuration means: the new configuration, and what the machine must hear of it: another address or owner needs approval again; another profile, method or credentials void earlier
 * results; name and process-from do nothing.
 */
export function planChange(
  document: StoredMailbox,
  { change, credentials, profile }: WantedChange,
  world: World,
  at: number,
): Plan {
  const before = document.configuration;
  const after: Configuration = { ...before };
  if (change.name !== undefined) after.name = change.name ?? undefined;
  if (change.address !== undefined) after.address = change.address;
  if (change.owner !== undefined) after.owner = change.owner ?? undefined;
  if (change.deliveryMethods !== undefined)
    after.deliveryMethods = withNamed(change.deliveryMethods, before.deliveryMethods);
  if (change.processFrom !== undefined) after.processFrom = change.processFrom ?? undefined;
  if (change.allowToUseCredentials !== undefined) after.allowToUseCredentials = change.allowToUseCredentials;
  if (change.deleteAfterProcessing !== undefined) after.deleteAfterProcessing = change.deleteAfterProcessing;
  if (profile) after.profileId = profile._id;
  // Another spelling of the same address is the same mailbox.
  const readdressed = before.address.toLowerCase() !== after.address.toLowerCase();
  const reowned = before.owner?.email.toLowerCase() !== after.owner?.email.toLowerCase();
  // What the former owner entered is removed.
  if (readdressed || reowned) after.credentials = undefined;
  const target = profile ?? world.profile;
  if (credentials !== undefined)
    after.credentials = credentials ? keptMailboxCredentials(credentials, document._id, target, at) : undefined;

  refuseImpossibleMailbox(after, target, "/change");
  const changed = changedFields(before, after);
  const events: MachineEvent[] = [];
  if (changed.includes("/deliveryMethods"))
    events.push({ type: "configured", directions: configuredDirections(after.deliveryMethods), at });
  const voided = voidedBy(changed, after, target);
  if (voided.directions.length > 0) events.push({ type: "settingsChanged", ...voided, at });
  const approval = { approvalRequired: approvalRequired(after.kind, world.settings), at };
  if (readdressed) events.push({ type: "addressChanged", ...approval });
  if (reowned) events.push({ type: "ownerChanged", ...approval });
  const wasActive = before.active && document.profileActive;
  const isActive = after.active && (profile ? profile.active : document.profileActive);
  if (wasActive !== isActive) events.push({ type: isActive ? "activate" : "deactivate", at });
  return {
    events,
    configuration: after,
    changedFields: changed,
    ...(profile ? { profile: { v: profile.v, active: profile.active } } : {}),
  };
}

const comparedFields = [
  "name",
  "address",
  "owner",
  "profileId",
  "deliveryMethods",
  "processFrom",
  "deleteAfterProcessing",
  "allowToUseCredentials",
  "credentials",
  "active",
] as const;

function changedFields(before: Configuration, after: Configuration): string[] {
  return comparedFields
    .filter((field) => JSON.stringify(before[field] ?? null) !== JSON.stringify(after[field] ?? null))
    .map((field) => `/${field}`);
}

/** Directions whose earlier results no longer count, and the fields that say why. */
function voidedBy(changed: readonly string[], after: Configuration, profile: ShownProfile) {
  const configured = configuredDirections(after.deliveryMethods);
  // Credentials of a mailbox matter to the directions that sign in with them.
  const byMailbox = configured.filter((direction) => profile.settings[serverFor(direction)].credentials === "mailbox");
  const byField: Record<string, Direction[]> = {
    "/profileId": configured,
    "/credentials": byMailbox,
    "/allowToUseCredentials": byMailbox,
  };
  const fields = changed.filter((field) => (byField[field]?.length ?? 0) > 0);
  return { fields, directions: [...new Set(fields.flatMap((field) => byField[field] ?? []))] };
}
