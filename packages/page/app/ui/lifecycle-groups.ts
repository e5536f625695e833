/** What mailboxes can be filtered by: life-cycle words, and the two that stand for all of their kind. */
export const lifecycleGroups: readonly string[] = [
  ...["pendingApproval", "rejected", "approved", "testing"],
  ...["enabled", "enabled.running", "enabled.retrying", "enabled.degraded"],
  ...["disabled", "disabled.failed", "disabled.byAdmin", "disabled.byOwner"],
  ...["disabled.credentialsMissing", "disabled.credentialsExpired"],
  ...["disabled.consentMissing", "disabled.consentExpired", "inactive"],
];
