/** What a service is made of: declaration, documents, relay, ticks, pages, health. */
export { Counter, Gauge, Histogram, Registry } from "prom-client";
export { type CommandInput, commandHash, commandKey } from "./document/command.ts";
export { Conflict, commandIdReused, compareAndSwap, refuseStale } from "./document/conflict.ts";
export {
  type DocumentStore,
  type Frame,
  type Handled,
  handledLength,
  isTaken,
  type ListQuery,
  type Shown,
  type Stored,
  type Swap,
  type Taken,
  tombstoneMs,
} from "./document/document.ts";
export {
  type Cause,
  causeOf,
  createDocuments,
  type Decision,
  type Documents,
  type Made,
  type OutboxEntry,
  type Outcome,
} from "./document/documents.ts";
export { type DocumentIndex, frameIndexes, living } from "./document/indexes.ts";
export { type Deciding, type Keeping, type Kept, keep, type Question, singleId } from "./document/keep.ts";
export { createOneAtATime } from "./document/one-at-a-time.ts";
export { GroupCommit, type GroupCommitOptions } from "./group-commit.ts";
export { type IdPrefix, idFrom, newId } from "./ids/ids.ts";
export type { LeaseStore } from "./lease/lease-store.ts";
export { createLeases, type Lease, type LeaseFilter, type Leases, leaseGivenBack, mustMatch } from "./lease/leases.ts";
export { type HoldLengths, LeaseLost, type Renewals, startRenewals } from "./lease/renewals.ts";
export { type Page, readPage } from "./pages/page.ts";
export type { PermitKey, PermitRecord, PermitState, PermitStore } from "./permit/permit-store.ts";
export { createPermits, type Permit, type Permits } from "./permit/permits.ts";
export { type Remembered, remember } from "./remember/remember.ts";
export { hashAddress } from "./service/address.ts";
export {
  defineService,
  every,
  type Listener,
  listen,
  listenInBatches,
  type ServiceDeclaration,
  type ServicePorts,
  type TickDeclaration,
} from "./service/define-service.ts";
export { type Environment, EnvironmentError, type OwnEnvironment, readEnvironment } from "./service/environment.ts";
export { createFailPoints } from "./service/fail-points.ts";
export { createLogger } from "./service/logger.ts";
export { type ProcessContext, type ProcessDefinition, type RunningProcess, runProcess } from "./service/process.ts";
export type { ReadinessCheck } from "./service/readiness.ts";
export { type Adapters, runService } from "./service/run-service.ts";
export {
  type GivenPorts,
  type OpenDocuments,
  type StartedService,
  startService,
  type Times,
} from "./service/start-service.ts";
export { eachAlone, inParallel } from "./tick/each.ts";
export { createResting } from "./tick/resting.ts";
export { type Round, startTick, type Tick } from "./tick/tick.ts";
