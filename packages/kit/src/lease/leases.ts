import { GroupCommit } from "../group-commit.ts";
import type { LeaseStore } from "./lease-store.ts";
import { type Hold, LeaseLost, type Renewals } from "./renewals.ts";

/** The right to change one document, for as long as it is renewed. */
export interface Lease<Document> {
  readonly key: string;
  /** The document as it was when the lease was taken. */
  readonly document: Document;
  /**
   * What every write under the lease has in its filter: a process that took the lease over has a higher fence, and the
   * write changes nothing. Throws `LeaseLost` where the lease is lost, or was given back, already.
   */
  readonly filter: LeaseFilter;
  /** Throws `LeaseLost` like `filter`. Call it before an act that does not write the document, such as publishing. */
  check(): void;
  /** Aborted with `LeaseLost` when the lease is lost. */
  readonly signal: AbortSignal;
  /** Gives it back. Never throws: if the store does not answer, the lease runs out. */
  release(): Promise<void>;
  /**
   * The last write under the lease, which gives it back itself: it sets `leaseGivenBack`, or deletes the document. A
   * renewal under way finds it given back, which is no loss. Whatever becomes of the write, the lease is of no more use.
   */
  giveBack<Result>(write: (filter: LeaseFilter) => Promise<Result>): Promise<Result>;
}

/** The fence as a filter. */
export interface LeaseFilter {
  readonly _id: string;
  readonly "lease.fence": number;
}

/**
 * Set by the last write under a lease, it gives the lease back in the same write. The fence stays and keeps growing.
 */
export const leaseGivenBack = { "lease.owner": null, "lease.until": null } as const;

/** Leases on the documents of one collection. */
export interface Leases<Document> {
  /**
   * The lease on a document, which is made if there is none. `null`: somebody holds it, in another process or in this
   * one. What this process lost or could not give back it gets back at once.
   */
  take(key: string): Promise<Lease<Document> | null>;
}

/** `owner` names the process among the replicas. */
export function createLeases<Document>(
  store: LeaseStore<Document>,
  { owner, renewals, name }: { readonly owner: string; readonly renewals: Renewals; readonly name: string },
): Leases<Document> {
  const here = new Map<string, Hold>();
  const taking = new Set<string>();
  const group = renewals.group<string>(name, (keys) => store.keep(keys, owner, renewals.holdMs));

  // What is asked for while a request is under way goes into the next.
  const takes = new GroupCommit(async (keys: readonly string[]) => [
    ...(await store.take(keys, owner, renewals.holdMs)),
  ]);

  return {
    async take(key) {
      // The store gives an owner what it has already, so that a run that was broken off can be repeated at once.
      if (taking.has(key) || here.get(key)?.isHeld()) return null;
      taking.add(key);
      const since = performance.now();
      const taken = await takes.commit(key).finally(() => taking.delete(key));
      if (!taken) return null;
      const { fence, document } = taken;
      const hold = group.hold(key, since);
      here.set(key, hold);
      const letGo = () => {
        hold.letGo();
        if (here.get(key) === hold) here.delete(key);
      };
      const filter = () => {
        hold.check();
        return { _id: key, "lease.fence": fence };
      };
      return {
        key,
        document,
        get filter() {
          return filter();
        },
        check: () => hold.check(),
        signal: hold.signal,
        async giveBack(write) {
          const named = filter();
          hold.givingBack();
          try {
            return await write(named);
          } finally {
            letGo();
          }
        },
        async release() {
          const current = here.get(key) === hold;
          letGo();
          if (current) await store.release(key, fence).catch(() => {});
        },
      };
    },
  };
}

/** Throws `LeaseLost` where a write under the lease matched nothing. */
export function mustMatch(lease: Pick<Lease<unknown>, "key">, matched: boolean): void {
  if (!matched) throw new LeaseLost(lease.key, "another process took it over");
}
