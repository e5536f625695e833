import {
  MongoBatchReExecutionError,
  MongoBulkWriteError,
  MongoCompatibilityError,
  MongoCursorExhaustedError,
  MongoCursorInUseError,
  MongoError,
  MongoExpiredSessionError,
  MongoInvalidArgumentError,
  MongoMissingCredentialsError,
  MongoMissingDependencyError,
  MongoParseError,
  MongoServerError,
  MongoTailableCursorError,
  MongoTransactionError,
} from "mongodb";

/** The driver refuses how it is used. Whatever else it throws by itself means that it could not talk to a server. */
const misuse = [
  MongoInvalidArgumentError,
  MongoParseError,
  MongoCompatibilityError,
  MongoMissingDependencyError,
  MongoMissingCredentialsError,
  MongoTransactionError,
  MongoExpiredSessionError,
  MongoCursorInUseError,
  MongoCursorExhaustedError,
  MongoTailableCursorError,
  MongoBatchReExecutionError,
] as const;

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

/**
 * What a server answers when the work itself is wrong or not allowed, by MongoDB's error codes (`error_codes.yml`). Any
 * other code of that list speaks of the server: it is electing, shutting down, out of time, read-only, full.
 */
const refusals = `
  1 InternalError, 2 BadValue, 4 NoSuchKey, 8 UnknownError, 9 FailedToParse, 13 Unauthorized, 14 TypeMismatch,
  15 Overflow, 16 InvalidLength, 20 IllegalOperation, 22 InvalidBSON, 26 NamespaceNotFound, 27 IndexNotFound,
  28 PathNotViable, 30 InvalidPath, 40 ConflictingUpdateOperators, 47 NoMatchingDocument, 48 NamespaceExists,
  52 DollarPrefixedFieldName, 53 InvalidIdField, 54 NotSingleValueField, 56 EmptyFieldName, 57 DottedFieldName,
  59 CommandNotFound, 66 ImmutableField, 67 CannotCreateIndex, 68 IndexAlreadyExists, 72 InvalidOptions,
  73 InvalidNamespace, 85 IndexOptionsConflict, 86 IndexKeySpecsConflict, 96 OperationFailed, 111 NotExactValueField,
  115 CommandNotSupported, 121 DocumentValidationFailure, 146 ExceededMemoryLimit, 159 DurationOverflow,
  168 InvalidPipelineOperator, 171 CannotIndexParallelArrays, 197 InvalidIndexSpecificationOption,
  201 CannotBuildIndexKeys, 224 QueryFeatureNotAllowed, 238 NotImplemented, 241 ConversionFailure,
  242 CannotCreateCollection, 257 TransactionTooLarge, 263 OperationNotSupportedInTransaction,
  291 NoQueryExecutionPlans, 292 QueryExceededMemoryLimitNoDiskUseAllowed, 301 DataCorruptionDetected,
  357 InvalidBSONType, 378 NonConformantBSON, 388 TransactionTooLargeForCache`;
const refusalCodes: ReadonlySet<number> = new Set(refusals.match(/\d+/g)?.map(Number));

/** From here on codes stand for places in the server's code, mostly where it takes an expression apart. */
const firstLocation = 10_000;
/** Those among them, and 9001, that are older than the list and mean that the server is not the primary, or ends. */
const oldOutageCodes: ReadonlySet<number> = new Set([10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031]);

/** True for a code with which a server refuses for now: whole commands, single writes and write concerns alike. */
export function isOutageCode(code: unknown): boolean {
  const number = Number(code);
  return number >= firstLocation ? oldOutageCodes.has(number) : number > 0 && !refusalCodes.has(number);
}

/**
 * True unless the work itself is at fault: MongoDB is away, electing, stepping down, read-only or not sure for now, so
 * that the same work can be done later. What was written meanwhile is not known: the work must be harmless when repeated.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  if (labels.some((label) => error.hasErrorLabel(label))) return true;
  if (!(error instanceof MongoServerError)) return !misuse.some((kind) => error instanceof kind);
  if (hasWriteConcernError(error)) return true;
  if (error instanceof MongoBulkWriteError) return isOutageInBulk(error);
  return saysOutage(error);
}

/** A refusal of the work always has a code. */
function saysOutage({ code }: MongoServerError): boolean {
  return code === undefined || isOutageCode(code);
}

/**
 * The driver wraps whatever ended a bulk write into an error of one class: what it could not send or was not answered
 * (kept as `errorResponse`), a write concern that was not satisfied, and the refusals of single writes.
 */
function isOutageInBulk(error: MongoBulkWriteError): boolean {
  const cause: unknown = error.errorResponse;
  if (cause instanceof MongoError) return isOutage(cause);
  if (error.result.getWriteConcernError()) return true;
  const refused = error.result.getWriteErrors();
  return refused.length > 0 ? refused.some(({ code }) => isOutageCode(code)) : saysOutage(error);
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
