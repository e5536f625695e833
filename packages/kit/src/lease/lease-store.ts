/**
 * Where leases are kept: in the field `lease` of the documents that they protect, so that a write can name the fence in
 * its filter. All times are the database's. Throws an outage while it is away.
 */
export interface LeaseStore<Document> {
  /**
   * Takes the lease for `holdMs` unless another owner holds it; makes the document if there is none. The fence is higher
   * than any that was given for this key before, also where the document was deleted in between. `null`: held.
   */
  take(key: string, owner: string, holdMs: number): Promise<{ fence: number; document: Document } | null>;
  /** Renews in one request; whether each was still the owner's, in the order of the keys. */
  keep(keys: readonly string[], owner: string, holdMs: number): Promise<readonly boolean[]>;
  /** Gives it back if the fence is still this one. */
  release(key: string, fence: number): Promise<void>;
}
