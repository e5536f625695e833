import type { Direction } from "@mailfleet/contracts";
import type { StoredMailbox } from "./body.ts";
import type { Plan } from "./decide.ts";

/** Who gives a command, as far as it matters to the machine, and which directions it names. */
interface Asked {
  /** Of the mailbox's owner: the number of the ownership. */
  readonly owner?: number | undefined;
  /** All configured ones if absent. */
  readonly directions?: Direction[] | undefined;
}

const testing =
  (enable: boolean) =>
  (_: StoredMailbox, { directions, owner }: Asked, at: number): Plan => ({
    events: [{ type: "test", enable, directions, byOwner: owner !== undefined, at }],
  });

/** The machine knows one switch, closed by the mailbox or by its profile. */
const switched =
  (active: boolean) =>
  ({ configuration, profileActive }: StoredMailbox, _: object, at: number): Plan => {
    const before = configuration.active && profileActive;
    const after = active && profileActive;
    return {
      events: before === after ? [] : [{ type: after ? "activate" : "deactivate", at }],
      configuration: { ...configuration, active },
      changedFields: configuration.active === active ? [] : ["/active"],
    };
  };

/** What each command that is an event of the machine means for a mailbox; jobs give the same ones to many. */
export const plans = {
  delete: ({ configuration }: StoredMailbox, _: object, at: number): Plan => ({
    events: [{ type: "delete", at }],
    // The tombstone keeps no secret, not even a sealed one.
    configuration: { ...configuration, credentials: undefined },
  }),
  /** `address` is the one that the approver saw. */
  approve: ({ configuration }: StoredMailbox, { address }: { readonly address: string }, at: number): Plan => ({
    events: [{ type: "approve", address, currentAddress: configuration.address, at }],
  }),
  reject: (_: StoredMailbox, { reason }: { readonly reason: string }, at: number): Plan => ({
    events: [{ type: "reject", reason, at }],
    cause: reason,
  }),
  resubmit: (_: StoredMailbox, __: object, at: number): Plan => ({ events: [{ type: "resubmit", at }] }),
  test: testing(false),
  "test-and-enable": testing(true),
  disable: (_: StoredMailbox, { owner }: Asked, at: number): Plan => ({
    events: [{ type: "disable", byOwner: owner !== undefined, at }],
  }),
  activate: switched(true),
  deactivate: switched(false),
  "sync-now": (_: StoredMailbox, { directions }: Asked, at: number): Plan => ({
    events: [{ type: "syncNow", directions, at }],
  }),
};
