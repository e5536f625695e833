import type { Document } from "@mailfleet/store";

/** What a service may not do in MongoDB beside touching the documents of others. */
export interface ForeignCommand {
  readonly title: string;
  /** Run on the database `admin`. */
  readonly onAdmin?: true;
  readonly command: Document;
}

/** For a service with the collection `own`, where `foreign` is another's. */
export function foreignCommands(database: string, own: string, foreign: string): readonly ForeignCommand[] {
  const reads = (title: string, stage: Document): ForeignCommand => ({
    title,
    command: { aggregate: own, pipeline: [stage], cursor: {} },
  });
  const join = { from: foreign, as: "theirs" };
  return [
    reads("joins another's", { $lookup: { ...join, localField: "_id", foreignField: "_id" } }),
    reads("joins another's by a pipeline", { $lookup: { ...join, pipeline: [] } }),
    reads("walks through another's", {
      $graphLookup: { ...join, startWith: "$_id", connectFromField: "_id", connectToField: "_id" },
    }),
    reads("reads another's behind its own", { $unionWith: { coll: foreign } }),
    reads("writes what it found into another's", { $merge: { into: foreign } }),
    reads("replaces another's by what it found", { $out: foreign }),
    reads("makes a collection of what it found", { $out: "copy" }),
    { title: "counts another's", command: { count: foreign } },
    { title: "reads values of another's", command: { distinct: foreign, key: "_id" } },
    { title: "looks at another's indexes", command: { listIndexes: foreign } },
    { title: "watches another's", command: { aggregate: foreign, pipeline: [{ $changeStream: {} }], cursor: {} } },
    { title: "watches the database", command: { aggregate: 1, pipeline: [{ $changeStream: {} }], cursor: {} } },
    { title: "lists all collections", command: { listCollections: 1, nameOnly: false } },
    { title: "makes a collection", command: { create: "more" } },
    { title: "makes a view of another's", command: { create: "view", viewOn: foreign, pipeline: [] } },
    { title: "changes a collection", command: { collMod: own, validationLevel: "off" } },
    { title: "drops indexes", command: { dropIndexes: own, index: "*" } },
    { title: "drops the database", command: { dropDatabase: 1 } },
    { title: "asks for statistics", command: { dbStats: 1 } },
    { title: "records statements", command: { profile: 2 } },
    { title: "reads who there is", command: { usersInfo: 1 } },
    { title: "makes a user", command: { createUser: "more", pwd: "x", roles: [] } },
    { title: "makes a role", command: { createRole: "more", privileges: [], roles: [] } },
    { title: "gives itself another role", command: { grantRolesToUser: "config", roles: ["root"] } },
    {
      title: "renames a collection",
      onAdmin: true,
      command: { renameCollection: `${database}.${own}`, to: `${database}.x` },
    },
    { title: "looks at the replica set", onAdmin: true, command: { replSetGetStatus: 1 } },
    { title: "sees what others run", onAdmin: true, command: { currentOp: 1, $all: true } },
    { title: "ends what others run", onAdmin: true, command: { killOp: 1, op: 1 } },
    { title: "reads the server's log", onAdmin: true, command: { getLog: "global" } },
    { title: "sets the server", onAdmin: true, command: { setParameter: 1, logLevel: 0 } },
    { title: "makes the primary step down", onAdmin: true, command: { replSetStepDown: 1 } },
    { title: "stops the server", onAdmin: true, command: { shutdown: 1 } },
  ];
}
