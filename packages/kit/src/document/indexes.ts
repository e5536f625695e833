/** An index, as data. */
export interface Index {
  readonly name: string;
  readonly keys: Readonly<Record<string, 1 | -1>>;
  readonly unique?: true;
  /** Only documents that fit; queries must repeat the condition. */
  readonly where?: Readonly<Record<string, unknown>>;
  /** Documents go this long after the date in the key. */
  readonly expireAfterSeconds?: number;
}

/** A collection, as data: the topology step makes it and its indexes, the service that owns it only looks. */
export interface CollectionDeclaration {
  readonly name: string;
  readonly indexes: readonly Index[];
}

/** Condition of an index over documents that are not deleted. */
export const living = { living: true } as const;

/** What every kept collection has: the outbox that waits, what is to be asked or said again, tombstones that go. */
export const frameIndexes: readonly Index[] = [
  { name: "outbox", keys: { "outbox.at": 1 }, where: { "outbox.0": { $exists: true } } },
  { name: "unsettled", keys: { "unsettled.at": 1 }, where: { "unsettled.at": { $exists: true } } },
  { name: "said", keys: { sayAgainAt: 1 }, where: { sayAgainAt: { $exists: true } } },
  { name: "tombstones", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
];
