/** A key, and how many may have a permit for it at the same time. */
export interface PermitKey {
  readonly key: string;
  readonly most: number;
}

/** A permit as the store knows it. */
export interface PermitRecord {
  readonly id: string;
  readonly keys: readonly PermitKey[];
}

/** `awaited`: still held, and another party was refused a moment ago; `wanted`: one that has fewer. */
export type PermitState = "held" | "awaited" | "wanted" | "lost";

/**
 * Where permits are counted, over all processes that share the store. `party` names who takes: one process in one role.
 * A permit that is not renewed for `holdMs` by the database's clock is free again. Throws an outage while it is away.
 */
export interface PermitStore {
  /**
   * Each of these permits under all of its keys, or none of it; whether it was, in the same order. A party that was refused
   * is remembered: for some seconds a free place is left to it by parties that have more, or as many and asked later, and
   * for longer it keeps its turn among them.
   */
  take(permits: readonly PermitRecord[], party: string, holdMs: number): Promise<readonly boolean[]>;
  /** What became of each, in the same order. */
  keep(permits: readonly PermitRecord[], party: string, holdMs: number): Promise<readonly PermitState[]>;
  give(permits: readonly PermitRecord[]): Promise<void>;
}
