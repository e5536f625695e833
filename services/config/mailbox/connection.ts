import {
  type Connection,
  connectorDescriptors,
  type Direction,
  type DirectionState,
  type InboundServer,
  inCloud,
  type OutboundServer,
  ProblemError,
  providerPresets,
} from "@mailfleet/contracts";
import { restoreMachine, statusOf } from "@mailfleet/mailbox";
import type { GrantDocument } from "../grant/store.ts";
import type { Handler } from "../ports.ts";
import type { ShownProfile } from "../profile/body.ts";
import { unheard } from "../profile/relevant-fields.ts";
import { type ServerOf, serverFor } from "../profile/server-for.ts";
import { allowedPortsOf } from "../settings/allowed-ports.ts";
import { organisationOf } from "../settings/organisation.ts";
import type { MailboxForConnection } from "./body.ts";
import { credentialsFor } from "./connection-credentials.ts";
import type { World } from "./world.ts";

/** States in which a run may connect; a test may also run beside the work of an enabled direction. */
const runnable: ReadonlySet<DirectionState> = new Set<DirectionState>([
  "testing",
  "enabled.running",
  "enabled.retrying",
  "failed.probing",
]);
const hour = 3_600_000;
/** Between two questions on a connection that is kept for them, to a server that says nothing by itself. */
const noopMs = 60_000;

/**
 * What a worker needs to run a direction at this moment. Not allowed while a change of the profile that concerns
 * this direction has not reached the mailbox: a run would use the new settings under the old generation, and the change
 * asks for another run. A change that concerns the other direction asks for none here, so it must not stop this one.
 */
export function connectionOf(
  mailbox: MailboxForConnection,
  direction: Direction,
  world: World,
  {
    grant = null,
    organisation = null,
  }: {
    readonly grant?: GrantDocument | null;
    /** Ours; only for `act`. */
    readonly organisation?: NonNullable<Connection["act"]>["organisation"] | null;
  } = {},
): Connection {
  const { profile, settings, policy } = world;
  const { configuration } = mailbox;
  const { state, generation } = statusOf(restoreMachine(mailbox.machine), direction, policy);
  const startDates = [profile.settings.processFrom, configuration.processFrom].filter((at) => at !== undefined);
  return {
    mailboxId: mailbox._id,
    address: configuration.address,
    direction,
    kind: configuration.kind,
    allowed:
      runnable.has(state) &&
      profile.active &&
      profile.living === true &&
      configuration.active &&
      !unheard(profile, mailbox.profileV).directions.includes(direction),
    state,
    generation,
    profileId: profile._id,
    profileName: profile.settings.name,
    server: serverOf(serverFor(direction), profile),
    credentials: credentialsFor(mailbox, serverFor(direction), profile, grant),
    allowedPorts: allowedPortsOf(settings),
    allowedNetworks: settings.allowedNetworks,
    deleteAfterProcessing: configuration.deleteAfterProcessing,
    maximumConcurrentConnections: profile.settings.maximumConcurrentConnections,
    connectionTimeoutMs: profile.settings.connectionTimeoutMs,
    watch: direction === "inbound" && profile.settings.watch ? { noopMs: noopMsOf(profile, policy) } : null,
    act: organisation && { organisation, takeOver: mailbox.takeOver === true },
    processFrom: startDates.length > 0 ? Math.max(...startDates) : null,
    pollMs: policy.pollMs,
    retryMs: policy.retryMs,
    uncertainPolicy: profile.settings.uncertainPolicy,
    sentCopy: profile.settings.sentCopy,
    tagUndeliverable:
      profile.settings.tagUndeliverable &&
      connectorDescriptors[profile.settings.inbound.protocol].fields.includes("categories"),
    undeliverableFolder: profile.settings.undeliverableFolder ?? null,
    eightBitPolicy: profile.settings.eightBitPolicy,
    ehloName: profile.settings.ehloName ?? null,
    sendExpiryMs: profile.settings.sendExpiryHours * hour,
    maximumMessageBytes: settings.maximumMessageKilobytes * 1024,
    maximumAttachmentBytes: settings.maximumAttachmentKilobytes * 1024,
    messageRetentionDays: settings.messageRetentionDays,
  };
}

/** Where polls come as often, or the profile sets a bound to them, asking in between is of no use, or not wanted. */
function noopMsOf({ settings }: ShownProfile, { pollMs }: World["policy"]): number | null {
  return settings.minimumPollingIntervalMinutes === 0 && pollMs > noopMs ? noopMs : null;
}

/** `config.connection.get`: what a worker needs to run one direction at this moment. Workers ask before each run. */
export const getConnection: Handler<"config.connection.get"> = async (ports, { mailboxId, direction, profileId }) => {
  const mailbox = await ports.mailboxes.forConnection(mailboxId);
  if (!mailbox) throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}.`);
  const own = mailbox.configuration.profileId;
  // A mailbox that knows more of its profile than this replica shows that it must read the profile again.
  const want = profileId === undefined || profileId === own ? { atLeast: mailbox.profileV } : { fresh: true };
  const world = await ports.worlds.of(profileId ?? own, want);
  const { settings } = world.profile;
  const signsIn = settings[serverFor(direction)].credentials === "oauth" && settings.oauth?.flow === "sign-in";
  const grant = signsIn ? await ports.grants.load(mailboxId) : null;
  const organisation = direction === "act" ? await organisationOf(ports) : null;
  return connectionOf(mailbox, direction, world, { grant, organisation });
};

/** For protocols over HTTP the address of the API comes from the provider, or from the profile's own endpoints. */
export function serverOf(direction: ServerOf, profile: ShownProfile): Connection["server"] {
  const settings: OutboundServer | InboundServer = profile.settings[direction];
  const { credentials: _, addressing: __, ...server } = { addressing: undefined, ...settings };
  const { apiOf } = connectorDescriptors[server.protocol];
  if (!apiOf) return server;
  const { oauth } = profile.settings;
  return { ...server, apiUrl: oauth?.endpoints?.api ?? inCloud(oauth?.cloud, providerPresets[apiOf].api) };
}
