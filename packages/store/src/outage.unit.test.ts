import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import {
  type BulkWriteResult,
  MongoBulkWriteError,
  MongoClient,
  MongoClientClosedError,
  MongoExpiredSessionError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoRuntimeError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoStalePrimaryError,
  MongoTopologyClosedError,
  MongoUnexpectedServerResponseError,
  MongoWriteConcernError,
  type WriteConcernError,
  type WriteError,
} from "mongodb";
import { isDuplicateKey, isOutage } from "./outage.ts";
import { writeFates } from "./write-fates.ts";

/** Classes that the driver makes itself and exports as types only. */
const made = createRequire(import.meta.url)("mongodb/lib/bulk/common.js") as {
  BulkWriteResult: new (state: object, ordered: boolean) => BulkWriteResult;
  WriteError: new (refusal: object) => WriteError;
  WriteConcernError: new (concern: Concern) => WriteConcernError;
};

type Refusal = { index: number; code: number };
type Concern = { code: number; errmsg: string };

/** What the driver gathers over the batches of a bulk write. */
function result(more: { n?: number; refusals?: Refusal[]; concern?: Concern } = {}): BulkWriteResult {
  const state = {
    ...{ ok: 1, nUpserted: 0, nMatched: 0, nModified: 0, nRemoved: 0, upserted: [], insertedIds: [] },
    nInserted: more.n ?? 0,
    writeErrors: (more.refusals ?? []).map((one) => new made.WriteError({ ...one, errmsg: "no", errInfo: {}, op: {} })),
    writeConcernErrors: more.concern ? [new made.WriteConcernError(more.concern)] : [],
  };
  return new made.BulkWriteResult(state, false);
}

/** As the driver throws it when every batch was answered. */
function answered(refusals: Refusal[]): MongoBulkWriteError {
  const whole = result({ refusals });
  const first = whole.getWriteErrors()[0];
  return new MongoBulkWriteError({ message: "no", code: first?.code ?? 0, writeErrors: whole.getWriteErrors() }, whole);
}

/** As the driver throws it when a batch was not answered, or answered with an error as a whole. */
const broken = (cause: Error) => new MongoBulkWriteError(cause, result({ n: 2 }));
const server = (code: number, more = {}) => new MongoServerError({ message: "no", code, ok: 0, ...more });

const codes = [
  ...[6, 7, 11, 18, 24, 43, 46, 50, 64, 89, 91, 95, 100, 112, 133, 134, 175, 189, 202, 206, 211, 216, 225, 237, 239],
  ...[246, 251, 262, 279, 290, 355, 365, 371, 384, 402, 449, 9001, 10058, 10107, 11600, 11601, 11602],
];
const outages: Record<string, unknown> = {
  "a lost connection": new MongoNetworkError("connection closed"),
  "a connection that times out": new MongoNetworkTimeoutError("connection timed out"),
  "no primary in time": new MongoServerSelectionError("timed out", { servers: new Map() } as never),
  "a client that is not connected": new MongoNotConnectedError("not connected"),
  "a client that was closed": new MongoClientClosedError(),
  "a topology that was closed": new MongoTopologyClosedError(),
  "a server that was closed": new MongoServerClosedError(),
  "a primary that is one no more": new MongoStalePrimaryError("stale"),
  "an operation out of time": new MongoOperationTimeoutError("timed out"),
  "an error of the driver of any other kind": new MongoRuntimeError("unexpected"),
  "an answer that the driver cannot read": new MongoUnexpectedServerResponseError("no ok"),
  "a refusal without a code": new MongoServerError({ message: "not primary" }),
  "a label of the server": server(1, { errorLabels: ["RetryableWriteError"] }),
  "a handshake that failed": server(1, { errorLabels: ["HandshakeError"] }),
  "a transaction to be repeated": server(112, { errorLabels: ["TransientTransactionError"] }),
  "a write concern in time-out": new MongoWriteConcernError({
    ok: 1,
    writeConcernError: { code: 64, errmsg: "waiting for replication timed out" },
  }),
  "a step-down between write and majority": new MongoWriteConcernError({
    ok: 1,
    n: 1,
    writeConcernError: { code: 189, errmsg: "primary stepped down while waiting for replication" },
  }),
  ...Object.fromEntries([...codes, 13435, 13436, 14031].map((code) => [`code ${code}`, server(code)])),
};

test("what only means that MongoDB is away is an outage, alone and inside a bulk write", () => {
  for (const [name, error] of Object.entries(outages)) {
    assert.equal(isOutage(error), true, name);
    assert.equal(isOutage(broken(error as Error)), true, `${name}, in a bulk write`);
    assert.equal(isDuplicateKey(error), false, name);
  }
});

test("the driver's own errors of a closed and of an exhausted pool, which it does not export", async () => {
  const client = new MongoClient("mongodb://127.0.0.1:1/", { serverSelectionTimeoutMS: 50 });
  const error = await client
    .db("x")
    .command({ ping: 1 })
    .catch((caught: unknown) => caught);
  await client.close();
  assert.equal(isOutage(error), true);
  for (const name of ["MongoPoolClosedError", "MongoWaitQueueTimeoutError"]) {
    class OfThePool extends MongoRuntimeError {
      override get name() {
        return name;
      }
    }
    assert.equal(isOutage(new OfThePool("x")), true, name);
  }
});

test("what is wrong with the work is no outage", () => {
  const refusals: unknown[] = [
    server(11000),
    server(121), // document validation
    server(2), // bad value
    server(13), // not authorised for this action
    answered([{ index: 0, code: 11000 }]),
    broken(server(2)),
    server(40_324), // a stage that there is not
    broken(new MongoInvalidArgumentError("too large")),
    new MongoInvalidArgumentError("too large"),
    new MongoExpiredSessionError("over"),
    new Error("not of MongoDB"),
    undefined,
  ];
  for (const error of refusals) assert.equal(isOutage(error), false, String(error));
  assert.equal(isDuplicateKey(server(11000)), true);
});

test("a bulk write that half failed: what was refused, what was done, and what nobody knows", () => {
  const mixed = answered([
    { index: 1, code: 11000 },
    { index: 2, code: 189 },
  ]);
  assert.deepEqual(writeFates(mixed, 4), [
    { fate: "done" },
    { fate: "refused", code: 11000, reason: "no" },
    { fate: "unknown" },
    { fate: "done" },
  ]);
  assert.equal(isOutage(mixed), true, "one of them met a step-down");
  assert.equal(isDuplicateKey(mixed), false, "it is more than that");
});

test("a write concern that was not satisfied leaves all unknown, also what was refused", () => {
  const concern = { code: 64, errmsg: "timed out" };
  const whole = result({ n: 2, refusals: [{ index: 1, code: 11000 }], concern });
  for (const error of [
    new MongoBulkWriteError(new made.WriteConcernError(concern), whole),
    new MongoBulkWriteError({ message: "timed out", code: 64 }, whole),
    new MongoBulkWriteError({ message: "no", code: 11000, writeErrors: whole.getWriteErrors() }, whole),
  ]) {
    assert.equal(isOutage(error), true);
    assert.ok(writeFates(error, 3).every(({ fate }) => fate === "unknown"));
  }
});

test("a batch that was not answered leaves all unknown, though an earlier batch was done", () => {
  const error = broken(new MongoNetworkError("connection closed"));
  assert.ok(writeFates(error, 5).every(({ fate }) => fate === "unknown"));
  assert.ok(writeFates(new Error("of another kind"), 1).every(({ fate }) => fate === "unknown"));
});
