import { privateNetworks, RetryPolicy, type Settings } from "@mailfleet/contracts";

/** The settings as they are kept. */
export interface SettingsBody {
  readonly settings: Omit<Settings, "v">;
  /** Version in which a rhythm of the retry policy (polls, probes) changed last. */
  readonly rhythmV: number;
}

/** Settings of a new organisation: both kinds of mailboxes need approval, as in Dynamics 365. */
export const initialSettings: Omit<Settings, "v"> = {
  approvalRequiredForUsers: true,
  approvalRequiredForQueues: true,
  defaultProfileId: null,
  retryPolicy: RetryPolicy.parse({}),
  messageRetentionDays: 30,
  allowedOutboundPorts: null,
  allowedNetworks: [...privateNetworks],
};
