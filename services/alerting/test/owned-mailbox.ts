import type { Mailbox } from "@mailfleet/contracts";

const off = {
  configured: false,
  state: "off",
  enabled: false,
  verdict: "NotRun",
  generation: 0,
  lastTest: null,
  attempt: 0,
  attemptsLeft: 10,
  lastError: null,
  next: null,
} as const;

/** A mailbox with this owner, as `config` answers it. */
export function ownedMailbox(id: string, email: string): Mailbox {
  return {
    ...{ id, v: 1, address: `${id}@example.org`, kind: "user", owner: { email }, ownership: 1 },
    profileId: "pf_sample01",
    deliveryMethods: { inbound: "server-side", outbound: "none", act: "none" },
    ...{ allowToUseCredentials: true, deleteAfterProcessing: false, active: true, credentials: null, wanted: true },
    lifecycle: "disabled.failed",
    approval: { state: "approved" },
    directions: { inbound: off, outbound: off, act: off },
    ...{ createdAt: 0, changedAt: 0 },
  };
}
