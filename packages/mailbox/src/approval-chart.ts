import { assign, setup } from "xstate";
import type { ApprovalContext } from "./machine-state.ts";

/** The events of the approval chart. The caller has checked that the address is the one the approver saw. */
export type ApprovalEvent =
  | { readonly type: "APPROVE" | "RESUBMIT" | "REOPEN"; readonly at: number }
  | { readonly type: "REJECT"; readonly at: number; readonly reason: string };

/**
 * Approval of the address. REOPEN is a change of address or owner: the earlier decision was about another mailbox.
 * REJECT also withdraws an approval.
 */
export const approvalChart = setup({
  types: { context: {} as ApprovalContext, events: {} as ApprovalEvent },
  actions: {
    noteTime: assign(({ event }) => ({ at: event.at, reason: null })),
    noteReason: assign(({ event }) => ({ reason: event.type === "REJECT" ? event.reason : null })),
  },
}).createMachine({
  id: "approval",
  initial: "pendingApproval",
  context: { at: null, reason: null },
  states: {
    pendingApproval: {
      on: {
        APPROVE: { target: "approved", actions: ["noteTime"] },
        REJECT: { target: "rejected", actions: ["noteTime", "noteReason"] },
      },
    },
    approved: {
      on: {
        REJECT: { target: "rejected", actions: ["noteTime", "noteReason"] },
        REOPEN: { target: "pendingApproval", actions: ["noteTime"] },
      },
    },
    rejected: {
      on: {
        RESUBMIT: { target: "pendingApproval", actions: ["noteTime"] },
        REOPEN: { target: "pendingApproval", actions: ["noteTime"] },
      },
    },
  },
});
