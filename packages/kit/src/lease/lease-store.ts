/**
 * Where leases are kept: in the field `lease` of the documents that they protect, so that a write can name the fence in
 * its filter. All times are the database's. Throws an outage while it is away.
 */
export interface LeaseStore<Document> {
  /**
   * Takes these leases for `holdMs`, each unless another owner holds it, in the order of the keys; makes the documents
   * that are not there. A fence is higher than any that was given for its key before, also where the document was deleted
   * in between. `null`: held.
   */
  take(
    keys: readonly string[],
    owner: string,
    holdMs: number,
  ): Promise<readonly ({ readonly fence: number; readonly document: Document } | null)[]>;
  /** Renews in one request; whether each was still the owner's, in the order of the keys. */
  keep(keys: readonly string[], owner: string, holdMs: number): Promise<readonly boolean[]>;
  /** Gives it back if the fence is still this one. */
  release(key: string, fence: number): Promise<void>;
}
