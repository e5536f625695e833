import { blocking, type Logger } from "@mailfleet/contracts";
import type { CollectionDeclaration, DeploymentStore } from "@mailfleet/kit";
import {
  type Db,
  type DbOptions,
  MongoClient,
  MongoError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
  ReadConcern,
  ReadPreference,
} from "mongodb";
import { createDeploymentStore } from "./deployment/deployment-store.ts";
import { withEnds } from "./ends.ts";
import { isOutage } from "./outage.ts";
import { planCollections } from "./topology.ts";

export { isDuplicateKey, isOutage } from "./outage.ts";

/** An open database. Repositories take it; nobody else looks inside. */
export interface Store {
  readonly db: Db;
  /** What of these is missing or other than declared, in sentences; empty if nothing is. Makes nothing. */
  lacks(collections: readonly CollectionDeclaration[]): Promise<readonly string[]>;
  /** Which deployment this database belongs to. */
  readonly deployment: DeploymentStore;
  /** `null` if a write can be made at this moment, else why not. */
  health(): Promise<string | null>;
  /** Its version, and its clock less ours in milliseconds. */
  server(): Promise<{ readonly version: string; readonly aheadMs: number }>;
  close(): Promise<void>;
}

/** Where the database is and how it is named. */
export interface StoreOptions {
  readonly url: string;
  readonly database: string;
  readonly appName: string;
  readonly logger: Logger;
  readonly maximumConnections?: number;
  /** No call is waited for longer, in milliseconds; it is an outage then. */
  readonly answerMs?: number;
  /** Told at once under which name to ask whether a write can be made: `null`, or why not, also while MongoDB is awaited. */
  addReadiness?(name: string, check: () => string | null | Promise<string | null>): void;
}

const oldestServer = 6;
/** Longer than MongoDB takes for anything that is asked of it, and than a write waits for the majority. */
const longestMs = 20_000;
/** Shorter than a part has to say whether it is ready. */
const healthMs = 2000;

/**
 * What "stored" and "read" mean here, whatever a URL says: with the majority and in the journal, read from the primary.
 * A write that the majority does not have within ten seconds is an outage, never a wait without an end.
 */
const guarantees = {
  writeConcern: { w: "majority", journal: true, wtimeoutMS: 10_000 },
  readConcern: new ReadConcern("majority"),
  readPreference: ReadPreference.primary,
} as const satisfies DbOptions;

/** Options of a connection string that speak of what is fixed above, as the driver names them, in small letters. */
const notOurs: ReadonlySet<string> = new Set([
  ...["readpreference", "readpreferencetags", "maxstalenessseconds", "readconcernlevel"],
  ...["w", "wtimeout", "wtimeoutms", "j", "journal", "fsync", "retrywrites", "retryreads", "timeoutms"],
]);

/**
 * Connects, waiting as long as it takes for a primary. Throws if the server is older than MongoDB 6.0 or standalone:
 * write concern majority and journal are what "stored" means here. A read preference, read concern or write concern in
 * the URL is not obeyed, and said so.
 */
export async function connectStore(options: StoreOptions): Promise<Store> {
  const { url, ignored } = withoutGuarantees(options.url);
  if (ignored.length > 0)
    options.logger.warn({ ignored }, "settings in the MongoDB URL are ignored, because Mailfleet decides them");
  const client = new MongoClient(url, {
    appName: options.appName,
    maxPoolSize: options.maximumConnections ?? 20,
    // Shorter than the wait for an answer between services (5 s), so that the caller hears what is away.
    serverSelectionTimeoutMS: 4000,
    // A link that is cut without a word is noticed by the heartbeat: within these two times together.
    heartbeatFrequencyMS: 5000,
    connectTimeoutMS: 5000,
    ...guarantees,
    retryWrites: true,
    retryReads: true,
    ignoreUndefined: true,
  });
  let unheard: Error | undefined;
  client.on("serverHeartbeatFailed", ({ failure }) => {
    unheard = failure;
  });
  client.on("serverHeartbeatSucceeded", () => {
    unheard = undefined;
  });
  let health = async (): Promise<string | null> => "MongoDB has not answered yet";
  options.addReadiness?.("mongodb", () => health());
  const refuse = async (reason: string) => {
    await client.close();
    throw new Error(reason);
  };
  for (;;) {
    try {
      await client.connect();
      break;
    } catch (error) {
      if (!isOutage(error)) throw error;
      const outside = notInTheSet(error);
      if (outside) await refuse(outside);
      const why = whyAway(error);
      health = async () => why;
      options.logger.warn({ reason: why }, "waiting for MongoDB");
      if (isRefusedSignIn(error)) await new Promise((resolve) => setTimeout(resolve, signInPauseMs));
    }
  }
  const db = withEnds(client.db(options.database, guarantees), options.answerMs ?? longestMs);
  const [build, hello] = await Promise.all([db.admin().command({ buildInfo: 1 }), db.command({ hello: 1 })]);
  if (Number(String(build.version).split(".")[0]) < oldestServer)
    await refuse(`MongoDB ${build.version} is too old: Mailfleet needs ${oldestServer}.0 or later`);
  if (!hello.setName)
    await refuse(
      "This MongoDB is standalone: Mailfleet needs a replica set (one member is enough; start it with --replSet)",
    );
  health = () =>
    db.command({ hello: 1 }, { timeoutMS: healthMs }).then(
      (state) => (state.isWritablePrimary ? null : "MongoDB has no primary at the moment"),
      // The driver is still looking for a server: what it hears there says more.
      (error: unknown) => whyAway(error instanceof MongoOperationTimeoutError ? (unheard ?? error) : error),
    );
  return {
    db,
    deployment: createDeploymentStore(db),
    lacks: async (collections) => blocking(await planCollections(db, collections)),
    health: () => health(),
    server: async () => {
      const before = Date.now();
      const { localTime } = await db.command({ hello: 1 }, { timeoutMS: healthMs });
      return { version: String(build.version), aheadMs: localTime.getTime() - (before + Date.now()) / 2 };
    },
    close: () => client.close(),
  };
}

/**
 * Why no wait would help, where the address names a replica set: the driver leaves out who answers and is of no set, or
 * of another one. `null` while one may still answer, and while a set is not initiated yet.
 */
function notInTheSet(error: unknown): string | null {
  if (!(error instanceof MongoServerSelectionError) || error.reason?.servers.size !== 0) return null;
  const { setName } = error.reason;
  return `No MongoDB at this address belongs to the replica set ${setName}: it is standalone (one member is enough; start it with --replSet ${setName}), or its set has another name`;
}

/** A refusal comes at once; it would be asked for without a pause. */
const signInPauseMs = 2000;
/** MongoDB's codes for a name or password that it does not take. */
const signInCodes: ReadonlySet<unknown> = new Set([18, 11]);

function isRefusedSignIn(error: unknown): boolean {
  return error instanceof MongoError && signInCodes.has(error.code);
}

function whyAway(error: unknown): string {
  const { message } = error as Error;
  return isRefusedSignIn(error) ? `MongoDB refuses our password: ${message}` : `MongoDB does not answer: ${message}`;
}

/** The URL without what is decided here, and the names of what was left out. */
export function withoutGuarantees(url: string): { url: string; ignored: string[] } {
  const [place = "", query] = url.split("?", 2);
  if (!query) return { url, ignored: [] };
  const nameOf = (part: string) => part.split("=", 1)[0] ?? "";
  const own = (part: string) => !notOurs.has(nameOf(part).toLowerCase());
  const parts = query.split("&");
  const kept = parts.filter(own).join("&");
  return { url: kept ? `${place}?${kept}` : place, ignored: parts.filter((part) => !own(part)).map(nameOf) };
}

/** The name of the unique index that refused a write; `_id_` for the id itself. */
export function duplicateIndex(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return / index: (\S+) dup key/.exec(message)?.[1] ?? "_id_";
}
