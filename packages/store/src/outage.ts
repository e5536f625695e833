import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoStalePrimaryError,
  MongoTopologyClosedError,
} from "mongodb";

/** The driver could not reach a server, lost it under way, or took no answer for an answer. */
const unreachable = [
  MongoNetworkError, // also a pool that was cleared: a subclass
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoServerClosedError,
  MongoClientClosedError,
  MongoStalePrimaryError,
  MongoOperationTimeoutError,
] as const;

/** Driver errors of the connection pool that it does not export as classes. */
const poolErrors: ReadonlySet<string> = new Set(["MongoPoolClosedError", "MongoWaitQueueTimeoutError"]);

/** Labels that say: nothing is wrong with the work, do it again. */
const labels = [
  "RetryableWriteError",
  "PoolRequestedRetry",
  "TransientTransactionError",
  "UnknownTransactionCommitResult",
  "SystemOverloadedError",
  // The connection was not even open: nothing of the work was sent.
  "HandshakeError",
] as const;

/** What a server answers that cannot or may not do this work now, by MongoDB's error codes (`error_codes.yml`). */
const outageCodes: ReadonlyMap<number, string> = new Map([
  [6, "HostUnreachable"],
  [7, "HostNotFound"],
  [18, "AuthenticationFailed"],
  [43, "CursorNotFound"], // an election ends the cursors of the old primary
  [50, "MaxTimeMSExpired"],
  [64, "WriteConcernFailed"], // written by the primary; whether the majority has it was not known in time
  [89, "NetworkTimeout"],
  [91, "ShutdownInProgress"],
  [100, "UnsatisfiableWriteConcern"],
  [133, "FailedToSatisfyReadPreference"],
  [134, "ReadConcernMajorityNotAvailableYet"],
  [189, "PrimarySteppedDown"],
  [211, "KeyNotFound"], // an election: the keys that sign the cluster time are not there yet
  [237, "CursorKilled"],
  [262, "ExceededTimeLimit"],
  [371, "UserWritesBlocked"], // a primary that was turned read-only
  [9001, "SocketException"],
  [10058, "LegacyNotPrimary"],
  [10107, "NotWritablePrimary"],
  [11600, "InterruptedAtShutdown"],
  [11602, "InterruptedDueToReplStateChange"],
  [13435, "NotPrimaryNoSecondaryOk"],
  [13436, "NotPrimaryOrSecondary"],
  [14031, "OutOfDiskSpace"],
]);

/** True for a code with which a server refuses for now: whole commands, single writes and write concerns alike. */
export function isOutageCode(code: unknown): boolean {
  return outageCodes.has(Number(code));
}

/**
 * True if this error only means that MongoDB is away, electing, stepping down, read-only or not sure for now, so that
 * the same work can be done later. What was written meanwhile is not known: the work must be harmless when repeated.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  if (unreachable.some((kind) => error instanceof kind) || poolErrors.has(error.name)) return true;
  if (labels.some((label) => error.hasErrorLabel(label))) return true;
  if (!(error instanceof MongoServerError)) return false;
  if (isOutageCode(error.code) || hasWriteConcernError(error)) return true;
  return error instanceof MongoBulkWriteError && isOutageInBulk(error);
}

/**
 * The driver wraps whatever ended a bulk write into an error of one class: what it could not send or was not answered
 * (kept as `errorResponse`), a write concern that was not satisfied, and the refusals of single writes.
 */
function isOutageInBulk(error: MongoBulkWriteError): boolean {
  const cause: unknown = error.errorResponse;
  if (cause instanceof MongoError) return isOutage(cause);
  if (error.result.getWriteConcernError()) return true;
  return error.result.getWriteErrors().some(({ code }) => isOutageCode(code));
}

/** A write concern error in the answer to one command: done, but not known to be with the majority. */
function hasWriteConcernError(error: MongoServerError): boolean {
  return typeof error.writeConcernError === "object" && error.writeConcernError !== null;
}

/** True if a document with this key exists already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoError && error.code === duplicateKeyCode && !isOutage(error);
}

/** MongoDB's code for a key of a unique index that is taken. */
export const duplicateKeyCode = 11000;
