import { RetryPolicy, type Settings } from "@mailfleet/contracts";

/** Settings of a new organisation: approval required for both kinds, as the field's product has it (domain 1.3). */
export const initialSettings: Omit<Settings, "v"> = {
  approvalRequiredForUsers: true,
  approvalRequiredForQueues: true,
  defaultProfileId: null,
  retryPolicy: RetryPolicy.parse({}),
  messageRetentionDays: 30,
  allowedOutboundPorts: null,
};
