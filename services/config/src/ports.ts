import type { Bus } from "@mailfleet/bus";
import type { FailPoint, Logger, RequestArguments, RequestName, RequestOutput } from "@mailfleet/contracts";
import type { MachineState } from "@mailfleet/mailbox";
import type {
  ConsentRepository,
  GrantRepository,
  JobRepository,
  ListedMailbox,
  MailboxConfiguration,
  MailboxDocument,
  MailboxForConnection,
  MailboxRepository,
  ProfileRepository,
  SettingsRepository,
} from "@mailfleet/store";
import type { Metrics } from "./metrics.ts";

/** A mailbox as it is kept. */
export type StoredMailbox = MailboxDocument<MachineState>;
/** As much of it as is needed to show it. */
export type ShowableMailbox = ListedMailbox<MachineState>;
/** As much of it as a connection is built from. */
export type MailboxConnectionView = MailboxForConnection<MachineState>;
/** What people configure about it. */
export type Configuration = MailboxConfiguration;

/** What the service works with. Everything that touches the world comes in here. */
export interface Ports {
  readonly mailboxes: MailboxRepository<MachineState>;
  readonly profiles: ProfileRepository;
  readonly settings: SettingsRepository;
  readonly jobs: JobRepository;
  readonly consents: ConsentRepository;
  readonly grants: GrantRepository;
  readonly bus: Pick<Bus, "publish">;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly failPoint: FailPoint;
  /** Where people reach the console, for links in alerts; `null`: not known. */
  readonly consoleUrl: string | null;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Answers one request. */
export type Handler<Name extends RequestName> = (input: RequestArguments<Name>) => Promise<RequestOutput<Name>>;
