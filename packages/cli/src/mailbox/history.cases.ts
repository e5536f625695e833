/** The two states of a transition as they are stored, and what the history shows of them. */
export const historyCases: readonly [from: string, to: string, words: string][] = [
  ["", "pendingApproval", "pendingApproval"],
  ["pendingApproval", "approved (inbound idle, outbound idle)", "approved: inbound off → idle, outbound off → idle"],
  [
    "enabled.running (inbound enabled.running, outbound enabled.running)",
    "enabled.degraded (inbound enabled.running, outbound enabled.retrying)",
    "enabled.degraded: outbound enabled.running → enabled.retrying",
  ],
  [
    "enabled.running (inbound enabled.running, outbound enabled.running)",
    "enabled.running (inbound enabled.running, outbound enabled.running)",
    "stays enabled.running",
  ],
  ["enabled.running (inbound enabled.running)", "inactive", "inactive"],
];
