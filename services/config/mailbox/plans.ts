import { type Direction, ProblemError } from "@mailfleet/contracts";
import type { StoredMailbox } from "./body.ts";
import type { Plan } from "./decide.ts";

/** Who gives a command, as far as it matters to the machine, and which directions it names. */
interface Asked {
  /** Of the mailbox's owner: the number of the ownership. */
  readonly owner?: number | undefined;
  /** All configured ones if absent. */
  readonly directions?: Direction[] | undefined;
  /** Another organisation's mark is replaced. */
  readonly takeOver?: boolean | undefined;
}

const testing =
  (enable: boolean) =>
  ({ machine }: StoredMailbox, { directions, owner, takeOver = false }: Asked, at: number): Plan => {
    if (takeOver) refuseTakeOver(owner, directions ?? machine.configured);
    return {
      events: [{ type: "test", enable, directions, byOwner: owner !== undefined, at }],
      takeOver,
      ...(takeOver && { cause: "items are taken over from another organisation" }),
    };
  };

/** Whose items a mailbox has is decided between organisations. @throws ProblemError */
function refuseTakeOver(owner: number | undefined, directions: readonly Direction[]): void {
  if (owner !== undefined)
    throw new ProblemError("FORBIDDEN", "The owner of a mailbox cannot take it over from another organisation.", {
      remedy: "Ask an administrator.",
    });
  if (!directions.includes("act"))
    throw new ProblemError("NOT_POSSIBLE_NOW", "The direction act is not tested, so there is nothing to take over.", {
      remedy: "Set its delivery method to server-side first, and name no other direction alone.",
    });
}

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
  /** The code was checked before: see `proof/check-code.ts`. */
  "approve-by-code": ({ configuration: { address } }: StoredMailbox, _: object, at: number): Plan => ({
    events: [{ type: "approve", address, currentAddress: address, at }],
    cause: `a code that was sent to ${address} proved that it is the owner's`,
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
