import { privateNetworks, RetryPolicy, type Settings } from "@mailfleet/contracts";

/** The settings as they are kept. */
export interface SettingsBody {
  readonly settings: Omit<Settings, "v" | "organisationId">;
  /** Made when the first mark needs it; then it never changes. */
  readonly organisationId?: string;
  /** Version in which a rhythm of the retry policy (polls, probes) changed last. */
  readonly rhythmV: number;
}

/** Settings of a new organisation: both kinds of mailboxes need approval, as in Dynamics 365. */
export const initialSettings: SettingsBody["settings"] = {
  approvalRequiredForUsers: true,
  approvalRequiredForQueues: true,
  selfApproval: false,
  defaultProfileId: null,
  inboundDeliveryMethod: "server-side",
  outboundDeliveryMethod: "server-side",
  actDeliveryMethod: "none",
  retryPolicy: RetryPolicy.parse({}),
  maximumMessageKilobytes: 26_624,
  maximumAttachmentKilobytes: 26_624,
  messageRetentionDays: 30,
  allowedOutboundPorts: null,
  allowedNetworks: [...privateNetworks],
};

/** Settings as they are shown, with the defaults of those that an earlier release did not know. */
export const shownSettings = ({
  settings,
  organisationId = null,
}: Partial<Pick<Settings, "organisationId">> & Pick<SettingsBody, "settings">): Omit<Settings, "v"> => ({
  ...initialSettings,
  ...settings,
  organisationId,
});
