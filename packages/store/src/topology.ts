import { expand, type TopologyStep } from "@mailfleet/contracts";
import type { CollectionDeclaration, Index } from "@mailfleet/kit";
import { type Db, type IndexDescription, type IndexDescriptionInfo, MongoServerError } from "mongodb";

const namespaceNotFound = 26;

/** What would have to be done about these collections. */
export async function planCollections(db: Db, collections: readonly CollectionDeclaration[]): Promise<TopologyStep[]> {
  return (await Promise.all(collections.map((one) => planCollection(db, one)))).flat();
}

/** Makes what is missing, for tests. Throws if something is refused. */
export async function makeCollections(store: { readonly db: Db }, collections: readonly CollectionDeclaration[]) {
  await expand(await planCollections(store.db, collections));
}

async function planCollection(db: Db, { name, indexes }: CollectionDeclaration): Promise<TopologyStep[]> {
  const collection = db.collection(name);
  const make = (index: Index): TopologyStep => ({
    ...step("make", index.name, name, "is missing"),
    // An index of many documents takes minutes.
    run: () => collection.createIndexes([described(index)], { timeoutMS: 0 }),
  });
  const found = await indexesOf(db, name);
  if (!found)
    return [
      {
        ...{ does: "make", what: `collection ${name}`, why: `collection ${name} is missing` },
        run: () => db.createCollection(name).catch(unlessThere),
      },
      ...indexes.map(make),
    ];
  // One that does the same under another name serves as well: MongoDB refuses a second.
  const thereFor = (index: Index) =>
    found.find((one) => one.name === index.name) ?? found.find((one) => same({ ...one, name: index.name }, index));
  const used = new Set(["_id_", ...indexes.map((index) => thereFor(index)?.name)]);
  const superfluous = found.filter((one) => !used.has(one.name));
  return [
    ...indexes.flatMap((index) => {
      const there = thereFor(index);
      if (!there) return [make(index)];
      if (same({ ...there, name: index.name }, index)) return [];
      const seconds = index.expireAfterSeconds;
      if (seconds === undefined || !same({ ...there, expireAfterSeconds: seconds }, index))
        return [step("refuse", index.name, name, "is defined otherwise; it cannot be changed in place: rename it")];
      const why = `expires after ${there.expireAfterSeconds} seconds, Mailfleet needs ${seconds}`;
      const run = () => db.command({ collMod: name, index: { name: index.name, expireAfterSeconds: seconds } });
      return [{ ...step("change", index.name, name, why), serves: true as const, run }];
    }),
    ...superfluous.map(({ name: index = "" }) => ({
      ...step("remove", index, name, "is not used any more"),
      run: () => collection.dropIndex(index),
    })),
  ];
}

function step<Does extends TopologyStep["does"]>(does: Does, index: string, collection: string, why: string) {
  const what = `index ${index} of collection ${collection}`;
  return { does, what, why: `${what} ${why}` };
}

/** `null` for a collection that is not there. */
async function indexesOf(db: Db, name: string): Promise<IndexDescriptionInfo[] | null> {
  try {
    return await db.collection(name).listIndexes().toArray();
  } catch (error) {
    if (error instanceof MongoServerError && error.code === namespaceNotFound) return null;
    throw error;
  }
}

const namespaceExists = 48;
function unlessThere(error: unknown): void {
  if (!(error instanceof MongoServerError && error.code === namespaceExists)) throw error;
}

function described({ name, keys, unique, where, expireAfterSeconds }: Index): IndexDescription {
  return {
    name,
    key: keys,
    ...(unique ? { unique } : {}),
    ...(where ? { partialFilterExpression: where } : {}),
    ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
  };
}

function same(there: IndexDescriptionInfo, index: Index): boolean {
  const { v: _, background: _b, ns: _n, ...found } = there as IndexDescriptionInfo & { ns?: string };
  const asText = (value: object) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return asText(found) === asText(described(index));
}
