import type { Grant, Sealed } from "@mailfleet/contracts";
import { leaseGivenBack } from "@mailfleet/kit";
import type { Collection, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/**
 * The consent of a mailbox's user. The refresh token is sealed for `<mailboxId>|oauth-grant`; access tokens are never
 * kept.
 */
export interface GrantDocument extends Omit<Grant, "mailboxId"> {
  /** The mailbox's id. */
  _id: string;
  /** Number of the mailbox's ownership under which it was given: it is worth nothing under another. */
  ownership: number;
  /** The profile by whose application it was given: it is worth nothing with another. */
  profileId: string;
  clientId: string;
  consentId: string;
  refreshToken: Sealed;
  /** Days ahead of its end that were warned about already. */
  warned: number[];
  /** It replaces one that still worked, of the same account and application and with the same scopes. */
  renews?: boolean;
  /** Whether the mailbox's machine knows about it. */
  announced: boolean;
}

/** The collection of consents that were given. */
export function createGrantStore(store: Store) {
  const grants: Collection<GrantDocument> = store.db.collection<GrantDocument>(collections.grants.name);
  return {
    load: (mailboxId: string) => grants.findOne({ _id: mailboxId }),
    /** Replaces what there was. */
    async put(grant: GrantDocument) {
      await grants.replaceOne({ _id: grant._id }, grant, { upsert: true });
    },
    async remove(mailboxId: string) {
      await grants.deleteOne({ _id: mailboxId });
    },
    /** Takes away what was given under an earlier ownership than this. */
    async removeBefore(mailboxId: string, ownership: number) {
      await grants.deleteOne({ _id: mailboxId, ownership: { $lt: ownership } });
    },
    /**
     * Writes what a refresh gave and gives the lease back. A process that lost the lease may still write over the
     * refresh token whose tag it `replaces`. False: nothing was written.
     */
    async endRefresh(
      mailboxId: string,
      { lease, replaces }: { lease: string; replaces?: string | undefined },
      change: Partial<
        Pick<
          GrantDocument,
          "refreshToken" | "expiresAt" | "accessTokenExpiresAt" | "lastRefreshAt" | "lastRefreshFailure" | "state"
        >
      >,
    ) {
      const mine = { "lease.fence": Number(lease), "lease.owner": { $ne: null } };
      const result = await grants.updateOne(
        { _id: mailboxId, ...(replaces === undefined ? mine : { $or: [mine, { "refreshToken.tag": replaces }] }) },
        { $set: { ...change, ...leaseGivenBack } },
      );
      return result.matchedCount > 0;
    },
    /** In the order of the mailboxes' ids, behind `after`. */
    page: (after: string, limit: number) =>
      grants
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),
    /** Records that the machine knows about this version. */
    async announced(mailboxId: string, v: number) {
      await grants.updateOne({ _id: mailboxId, v }, { $set: { announced: true } });
    },
    unannounced: (limit: number) => grants.find({ announced: false }).limit(limit).toArray(),
    /** Remembers that this warning was given. */
    async warn(mailboxId: string, v: number, days: number) {
      await grants.updateOne({ _id: mailboxId, v }, { $addToSet: { warned: days } });
    },
  };
}
export type GrantStore = ReturnType<typeof createGrantStore>;
