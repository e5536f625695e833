/** The shell each service runs in: configuration, logger, health, metrics, start and stop. */
export { Counter, Gauge, Histogram, Registry } from "prom-client";
export { hashAddress } from "./address.ts";
export { type Environment, EnvironmentError, type OwnEnvironment, readEnvironment } from "./environment.ts";
export { createFailPoint } from "./fail-points.ts";
export { type IdPrefix, idFrom, newId } from "./ids.ts";
export { createLogger } from "./logger.ts";
export type { ReadinessCheck } from "./readiness.ts";
export { type RunningService, runService, type ServiceContext, type ServiceDefinition } from "./run-service.ts";
