import { innerSpan } from "@mailfleet/contracts";
import { GroupCommit } from "../group-commit.ts";
import type { Renewals } from "../lease/renewals.ts";
import type { PermitKey, PermitRecord, PermitState, PermitStore } from "./permit-store.ts";

/** The right to be one of a limited number at the same time. */
export interface Permit {
  /** Aborted with `LeaseLost` when it is lost: what it allowed must end now. */
  readonly signal: AbortSignal;
  /** Somebody else who has fewer waits for one: give this back as soon as the work allows it. */
  readonly wanted: boolean;
  /** Somebody else waits for one: give this back if nothing uses it. */
  readonly awaited: boolean;
  /** Gives it back. Never throws: if the store does not answer, the permit runs out. */
  give(): Promise<void>;
}

/** Permits of one party. */
export interface Permits {
  /** One permit under all of these keys. `null`: one of them is full; come again later, hold nothing meanwhile. */
  take(keys: readonly PermitKey[]): Promise<Permit | null>;
}

/** What this process has taken. */
interface Held extends PermitRecord {
  state: PermitState;
}

/** `party` names this process and its role among all who take permits from the store. */
export function createPermits(
  store: PermitStore,
  { party, renewals }: { readonly party: string; readonly renewals: Renewals },
): Permits {
  const group = renewals.group<Held>("a permit", async (permits) => {
    const states = await store.keep(permits, party, renewals.holdMs);
    for (const [index, permit] of permits.entries()) permit.state = states[index] ?? "lost";
    return permits.map(({ state }) => state !== "lost");
  });

  // What is asked for while a request is under way goes into the next: runs that begin together cost the database a tenth.
  const takes = new GroupCommit<Held, boolean>(async (permits) => [
    ...(await store.take(permits, party, renewals.holdMs)),
  ]);
  const gives = new GroupCommit<Held, void>(async (permits) => {
    await store.give(permits);
    return [];
  });

  return {
    async take(keys) {
      const permit: Held = { id: crypto.randomUUID(), keys, state: "held" };
      const since = performance.now();
      if (!(await innerSpan("permit", {}, () => takes.commit(permit)))) return null;
      const hold = group.hold(permit, since);
      let given = false;
      return {
        signal: hold.signal,
        get wanted() {
          return permit.state === "wanted";
        },
        get awaited() {
          return permit.state === "awaited" || permit.state === "wanted";
        },
        async give() {
          if (given) return;
          given = true;
          hold.letGo();
          await gives.commit(permit).catch(() => {});
        },
      };
    },
  };
}
