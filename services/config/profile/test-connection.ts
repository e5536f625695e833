import {
  type ConnectionTest,
  ProblemError,
  type ProfileSettings,
  type RequestArguments,
  type RequestInput,
} from "@mailfleet/contracts";
import { refuseStale } from "@mailfleet/kit";
import type { MailboxForConnection } from "../mailbox/body.ts";
import { serverOf } from "../mailbox/connection.ts";
import { credentialsFor } from "../mailbox/connection-credentials.ts";
import type { Ports } from "../ports.ts";
import { allowedPortsOf } from "../settings/allowed-ports.ts";
import type { ShownProfile } from "./body.ts";
import { nextNamed, refuseWithoutNext, withNext } from "./next-secrets.ts";
import { endWithoutMailbox } from "./without-mailbox.ts";

type Direction = "inbound" | "outbound";
const workers = { inbound: "inbound-sync", outbound: "outbound-send" } as const;
/** Longer than a worker takes, shorter than the caller waits. */
const patience = { timeoutMs: 55_000 };

/**
 * Connects and signs in once in each direction, with the credentials of the profile, or of the mailbox that is named.
 * Changes no state, history or alert of a mailbox. The answer holds what each server did. Throws NOT_FOUND, INVALID,
 * STALE_VERSION, TOO_MANY, UNAVAILABLE.
 */
export async function testConnection(
  ports: Ports,
  { id, mailboxId, direction, next, ifVersion, by }: RequestArguments<"config.profile.test-connection">,
): Promise<ConnectionTest> {
  const at = ports.now();
  const present = await ports.documents.profile.get(id);
  refuseStale(`profile ${id}`, present.v, ifVersion);
  if (next) refuseWithoutNext(present);
  const profile = next ? withNext(present) : present;
  const mailbox = mailboxId === undefined ? null : await namedMailbox(ports, profile, mailboxId);
  const wanted: readonly Direction[] = direction === undefined ? ["inbound", "outbound"] : [direction];
  const directions = await Promise.all(wanted.map((one) => testDirection(ports, { profile, mailbox, next }, one)));
  const outcome = worst(directions.map((one) => one.outcome));
  if (next && mailbox && direction === undefined)
    await keepNextTest(ports, present, outcome === "ok" ? { at, mailbox: mailbox.configuration.address } : null);
  ports.logger.info({ profile: id, mailbox: mailboxId, outcome, next, by }, "the connections of a profile were tested");
  return { outcome, at, mailbox: mailbox?.configuration.address ?? null, directions };
}

/** Records the passed test that a switch asks for, if the secrets are still those that were tested. */
async function keepNextTest(
  { documents, now }: Ports,
  tested: ShownProfile,
  passed: { readonly at: number; readonly mailbox: string } | null,
): Promise<void> {
  const of = nextNamed(tested) ?? "";
  await documents.profile.change(tested._id, { key: `next-test/${crypto.randomUUID()}`, at: now() }, (before) =>
    nextNamed(before) === of
      ? { after: { ...before, nextTest: passed ? { ...passed, of } : undefined }, quiet: true }
      : { ignored: "they are others by now" },
  );
}

/** The settings, secrets and mailbox of one test. */
interface Tested {
  readonly profile: ShownProfile;
  readonly mailbox: MailboxForConnection | null;
  /** Whether the next secrets are tested; `profile` has them in place. */
  readonly next: boolean;
}

async function testDirection(
  ports: Ports,
  tested: Tested,
  direction: Direction,
): Promise<ConnectionTest["directions"][number]> {
  const asked = await questionOf(ports, tested, direction);
  const { steps, failed } = await ports.bus.request(`${workers[direction]}.connection-test.run`, asked, patience);
  const { protocol, host, port, security } = asked.server;
  const outcome = failed ? "failed" : asked.ends ? "partial" : "ok";
  return { direction, server: `${protocol} ${host}:${port} (${security})`, outcome, steps };
}

async function questionOf(
  ports: Ports,
  { profile, mailbox, next }: Tested,
  direction: Direction,
): Promise<RequestInput<"inbound-sync.connection-test.run">> {
  const { settings } = profile;
  const ends = mailbox === null ? endWithoutMailbox(settings, direction) : null;
  const nobody = { _id: profile._id, ownership: 0, configuration: { address: "", allowToUseCredentials: true } };
  const grant = mailbox !== null && signsIn(settings, direction) ? await ports.grants.load(mailbox._id) : null;
  const organisation = await ports.worlds.settings({ fresh: true });
  return {
    profileId: profile._id,
    profileName: settings.name,
    mailbox: mailbox && { id: mailbox._id, address: mailbox.configuration.address },
    ends,
    next,
    server: serverOf(direction, profile),
    credentials:
      ends?.before === "sign-in"
        ? { type: "none", holder: profile._id, reason: "CREDENTIALS_MISSING" }
        : credentialsFor(mailbox ?? nobody, direction, profile, grant),
    allowedPorts: allowedPortsOf(organisation),
    allowedNetworks: organisation.allowedNetworks,
    maximumConcurrentConnections: settings.maximumConcurrentConnections,
    connectionTimeoutMs: settings.connectionTimeoutMs,
    eightBitPolicy: settings.eightBitPolicy,
    ehloName: settings.ehloName ?? null,
  };
}

const signsIn = (settings: ProfileSettings, direction: Direction) =>
  settings[direction].credentials === "oauth" && settings.oauth?.flow === "sign-in";

/** A mailbox of another profile may lend its address, so that a move can be tested before it is made. */
async function namedMailbox({ mailboxes }: Ports, profile: ShownProfile, id: string): Promise<MailboxForConnection> {
  const pointer = "/mailboxId";
  const refuse = (reason: string) =>
    new ProblemError("INVALID", `${pointer} ${reason}.`, { errors: [{ pointer, reason }] });
  const mailbox = await mailboxes.forConnection(id);
  if (!mailbox) throw refuse("names a mailbox that does not exist");
  const { settings } = profile;
  const isHolder = [settings.inbound, settings.outbound].some(({ credentials }) => credentials === "mailbox");
  if (isHolder && mailbox.configuration.profileId !== profile._id)
    throw refuse("names a mailbox of another profile, whose credentials are for other servers");
  return mailbox;
}

const worst = (outcomes: readonly ConnectionTest["outcome"][]): ConnectionTest["outcome"] =>
  (["failed", "partial"] as const).find((one) => outcomes.includes(one)) ?? "ok";
