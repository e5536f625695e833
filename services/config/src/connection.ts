import { type Connection, type Direction, type DirectionState, ProblemError, sealedFor } from "@mailfleet/contracts";
import { restoreMachine, statusOf } from "@mailfleet/mailbox";
import type { World } from "./knowledge.ts";
import type { MailboxConnectionView } from "./ports.ts";

/** States in which a run may connect; a test may also run beside the work of an enabled direction. */
const runnable: ReadonlySet<DirectionState> = new Set<DirectionState>([
  "testing",
  "enabled.running",
  "enabled.retrying",
  "failed.probing",
]);
const hour = 3_600_000;

/**
 * What a worker needs to run a direction at this moment. Not allowed while a change of the profile has not reached the
 * mailbox: a run would use the new settings under the old generation.
 */
export function connectionOf(mailbox: MailboxConnectionView, direction: Direction, world: World): Connection {
  if (direction === "act")
    throw new ProblemError("NOT_POSSIBLE_NOW", "No connector synchronises appointments, contacts and tasks yet.");
  const { profile, settings, policy } = world;
  const { configuration } = mailbox;
  const { state, generation } = statusOf(restoreMachine(mailbox.machine), direction, policy);
  const { credentials: _, ...server } = { credentials: undefined, ...profile.settings[direction] };
  const startDates = [profile.settings.processFrom, configuration.processFrom].filter((at) => at !== undefined);
  return {
    mailboxId: mailbox._id,
    address: configuration.address,
    direction,
    allowed:
      runnable.has(state) &&
      profile.active &&
      profile.living === true &&
      configuration.active &&
      mailbox.profileV >= profile.relevantV,
    state,
    generation,
    profileId: profile._id,
    server,
    credentials: credentialsFor(mailbox, direction, world),
    maximumConcurrentConnections: profile.settings.maximumConcurrentConnections,
    connectionTimeoutMs: profile.settings.connectionTimeoutMs,
    processFrom: startDates.length > 0 ? Math.max(...startDates) : null,
    pollMs: policy.pollMs,
    retryMs: policy.retryMs,
    uncertainPolicy: profile.settings.uncertainPolicy,
    sendExpiryMs: profile.settings.sendExpiryHours * hour,
    messageRetentionDays: settings.messageRetentionDays,
  };
}

/** The mailbox's own, or for sending the profile's where it holds them. The holder's connections are counted together. */
function credentialsFor(
  { _id, configuration }: MailboxConnectionView,
  direction: "inbound" | "outbound",
  { profile }: World,
): Connection["credentials"] {
  const ofProfile = direction === "outbound" && profile.settings.outbound.credentials === "profile";
  const holder = ofProfile ? profile._id : _id;
  const credentials = ofProfile ? profile.outboundCredentials : configuration.credentials;
  if (!credentials) return null;
  const { username, password } = credentials;
  return {
    holder,
    username,
    password,
    sealedFor: sealedFor(holder, ofProfile ? "outbound-password" : "mailbox-password"),
  };
}
