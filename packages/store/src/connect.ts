import type { Logger } from "@mailfleet/contracts";
import {
  type Db,
  MongoBulkWriteError,
  MongoClient,
  MongoError,
  MongoNetworkError,
  MongoServerSelectionError,
  type WriteError,
} from "mongodb";

/** An open database. Repositories take it; nobody else looks inside. */
export interface Store {
  readonly db: Db;
  /** `null` if a write can be made at this moment, else why not. */
  health(): Promise<string | null>;
  close(): Promise<void>;
}

/** Where the database is and how it is named. */
export interface StoreOptions {
  readonly url: string;
  readonly database: string;
  readonly appName: string;
  readonly logger: Logger;
  readonly maximumConnections?: number;
}

const oldestServer = 6;

/**
 * Connects, waiting as long as it takes for a primary. Throws if the server is older than MongoDB 6.0 or stands alone:
 * write concern majority and journal are what "stored" means here (design §3).
 */
export async function connectStore(options: StoreOptions): Promise<Store> {
  const client = new MongoClient(options.url, {
    appName: options.appName,
    maxPoolSize: options.maximumConnections ?? 20,
    serverSelectionTimeoutMS: 5000,
    writeConcern: { w: "majority", journal: true },
    readConcern: { level: "majority" },
    retryWrites: true,
    ignoreUndefined: true,
  });
  for (;;) {
    try {
      await client.connect();
      break;
    } catch (error) {
      if (!isOutage(error)) throw error;
      options.logger.warn({ reason: (error as Error).message }, "waiting for MongoDB");
    }
  }
  const db = client.db(options.database);
  const [build, hello] = await Promise.all([db.admin().command({ buildInfo: 1 }), db.command({ hello: 1 })]);
  const refuse = async (reason: string) => {
    await client.close();
    throw new Error(reason);
  };
  if (Number(String(build.version).split(".")[0]) < oldestServer)
    await refuse(`MongoDB ${build.version} is too old: Mailfleet needs ${oldestServer}.0 or later`);
  if (!hello.setName)
    await refuse(
      "This MongoDB stands alone: Mailfleet needs a replica set (one member is enough; start it with --replSet)",
    );
  return {
    db,
    health: async () => {
      try {
        const state = await db.command({ hello: 1 }, { timeoutMS: 2000 });
        return state.isWritablePrimary ? null : "MongoDB has no primary at the moment";
      } catch (error) {
        return `MongoDB does not answer: ${(error as Error).message}`;
      }
    },
    close: () => client.close(),
  };
}

/** True if this error only means that MongoDB is away for now, so that the same work can be done later. */
export function isOutage(error: unknown): boolean {
  if (error instanceof MongoServerSelectionError || error instanceof MongoNetworkError) return true;
  if (!(error instanceof MongoError)) return false;
  return (
    isBrokenBulk(error) ||
    error.hasErrorLabel("RetryableWriteError") ||
    error.name === "MongoNotConnectedError" ||
    error.name === "MongoPoolClearedError"
  );
}

/**
 * The driver wraps whatever broke a bulk write on its way (a lost connection, no server in time) into a bulk error that
 * keeps neither type, label nor cause. What a server said has a code or names the refused writes.
 */
function isBrokenBulk(error: MongoError): boolean {
  return error instanceof MongoBulkWriteError && error.code === undefined && writeErrorsOf(error).length === 0;
}

/**
 * The writes that an unordered bulk write of `count` refused; all others were done. `null` if the error does not tell
 * the fate of each, so that nothing may be believed of any. Fits writes that each insert, match or upsert one document.
 */
export function refusedWrites(error: unknown, count: number): readonly WriteError[] | null {
  if (!(error instanceof MongoBulkWriteError)) return null;
  const refused = writeErrorsOf(error);
  const done = error.insertedCount + error.matchedCount + error.upsertedCount;
  return refused.length > 0 && done + refused.length === count ? refused : null;
}

function writeErrorsOf({ writeErrors }: MongoBulkWriteError): readonly WriteError[] {
  return [writeErrors].flat();
}

/** True if a document with this key exists already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoError && error.code === 11000;
}
