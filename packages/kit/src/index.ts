/** The shell each service runs in: configuration, logger, health, metrics, start and stop. */
export { Counter, Gauge, Histogram, Registry } from "prom-client";
export { hashAddress } from "./address.ts";
export { type Environment, EnvironmentError, type OwnEnvironment, readEnvironment } from "./environment.ts";
export { createFailPoint } from "./fail-points.ts";
export { type IdPrefix, idFrom, newId } from "./ids.ts";
export type { LeaseStore } from "./lease/lease-store.ts";
export { createLeases, type Lease, type LeaseFilter, type Leases, leaseGivenBack, mustMatch } from "./lease/leases.ts";
export { type HoldLengths, LeaseLost, type Renewals, startRenewals } from "./lease/renewals.ts";
export { createLogger } from "./logger.ts";
export type { PermitKey, PermitRecord, PermitState, PermitStore } from "./permit/permit-store.ts";
export { createPermits, type Permit, type Permits } from "./permit/permits.ts";
export type { ReadinessCheck } from "./readiness.ts";
export { type RunningService, runService, type ServiceContext, type ServiceDefinition } from "./run-service.ts";
