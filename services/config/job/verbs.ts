import type { NewJob } from "@mailfleet/contracts";
import type { StoredMailbox } from "../mailbox/body.ts";
import type { Plan } from "../mailbox/decide.ts";

/** A verb of jobs: the event it is, and what it means for one mailbox. */
export interface JobVerb {
  readonly event: string;
  /** `seenAddress` is the address that the mailbox had when the job was made. */
  plan(document: StoredMailbox, seenAddress: string, at: number): Plan;
}

/** All verbs of jobs. They mean exactly what the single commands mean. */
export const jobVerbs: Readonly<Record<NewJob["verb"], JobVerb>> = {
  approve: {
    event: "approve",
    plan: ({ configuration }, address, at) => ({
      events: [{ type: "approve", address, currentAddress: configuration.address, at }],
    }),
  },
  test: { event: "test", plan: (_, __, at) => ({ events: [{ type: "test", enable: false, at }] }) },
  "test-and-enable": {
    event: "test-and-enable",
    plan: (_, __, at) => ({ events: [{ type: "test", enable: true, at }] }),
  },
  disable: { event: "disable", plan: (_, __, at) => ({ events: [{ type: "disable", at }] }) },
  "sync-now": { event: "sync-now", plan: (_, __, at) => ({ events: [{ type: "syncNow", at }] }) },
};
