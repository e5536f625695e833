/** What a service is made of: declaration, documents, relay, ticks, pages, health. */
export { sayRepeated } from "@mailfleet/bus";
export { Registry } from "prom-client";
export { auditMessage } from "./audit/audit-message.ts";
export { tellAudit } from "./audit/audited.ts";
export {
  type DeploymentPlaces,
  type DeploymentStore,
  deploymentCollection,
  markNew,
  newMark,
  readMarks,
  tellMark,
} from "./deployment/deployment.ts";
export { heldBecause } from "./deployment/held.ts";
export { type CommandInput, commandKey } from "./document/command.ts";
export { Conflict, refuseStale } from "./document/conflict.ts";
export {
  type DocumentStore,
  handledLength,
  type ListQuery,
  type Shown,
  type Stored,
  type Swap,
} from "./document/document.ts";
export {
  type Cause,
  causeOf,
  createDocuments,
  type Decision,
  type Documents,
  type OutboxEntry,
  type Outcome,
} from "./document/documents.ts";
export { type CollectionDeclaration, frameIndexes, type Index, living } from "./document/indexes.ts";
export { keep, singleId } from "./document/keep.ts";
export { createOneAtATime } from "./document/one-at-a-time.ts";
export { GroupCommit } from "./group-commit.ts";
export { type Check, failing, fine, spanOf, warning } from "./health/finding.ts";
export { vitalChecks } from "./health/vitals.ts";
export { type IdPrefix, idFrom, newId } from "./ids/ids.ts";
export type { LeaseStore } from "./lease/lease-store.ts";
export { createLeases, type Lease, type LeaseFilter, type Leases, leaseGivenBack, mustMatch } from "./lease/leases.ts";
export { type HoldLengths, LeaseLost, type Renewals, startRenewals } from "./lease/renewals.ts";
export { byTime, type Page, type PageInput, readPage } from "./pages/page.ts";
export { bytesPassed } from "./passing-bytes.ts";
export { permitCollection } from "./permit/collection.ts";
export type { PermitKey, PermitRecord, PermitStore } from "./permit/permit-store.ts";
export { createPermits, type Permit, type Permits } from "./permit/permits.ts";
export { remember } from "./remember/remember.ts";
export { hashAddress, withHashedAddresses } from "./service/address.ts";
export {
  type Answers,
  defineService,
  every,
  type Handler,
  listen,
  listenInBatches,
  type ServicePorts,
} from "./service/define-service.ts";
export { EnvironmentError, readEnvironment, type Variable, variablesOf } from "./service/environment.ts";
export { createFailPoints } from "./service/fail-points.ts";
export { failureFields } from "./service/log-fields.ts";
export { metricsOf, usualSeconds } from "./service/metrics-of.ts";

export { type ProcessContext, runProcess } from "./service/process.ts";

export { runService } from "./service/run-service.ts";
export { type GivenPorts, startService, type Times } from "./service/start-service.ts";
export { type Wanted, wantedBy } from "./service/wanted.ts";
export { eachAlone, inParallel } from "./tick/each.ts";
export { createResting } from "./tick/resting.ts";
export { type Round, startTick } from "./tick/tick.ts";
