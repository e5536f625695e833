import type { FailPoint, Logger, ServiceName } from "@mailfleet/contracts";
import { collectDefaultMetrics, Registry } from "prom-client";
import { type IdPrefix, newId } from "../ids/ids.ts";
import { showAddresses } from "./address.ts";
import { type Environment, type OwnEnvironment, readEnvironment } from "./environment.ts";
import { createFailPoints } from "./fail-points.ts";
import { type Lifecycle, startHealthServer } from "./health-server.ts";
import { createLogger } from "./logger.ts";
import { metricsOf } from "./metrics-of.ts";
import { createReadiness, type ReadinessCheck } from "./readiness.ts";
import { startTracing, type TracingOptions } from "./tracing.ts";

/** What a service finds around it. */
export interface ProcessContext<Own extends OwnEnvironment = OwnEnvironment> {
  readonly name: ServiceName;
  readonly environment: Environment<Own>;
  readonly logger: Logger;
  /** Register metrics here. `/metrics` shows them together with those of the process. */
  readonly metrics: Registry;
  readonly failPoint: FailPoint;
  /** Aborted when the shutdown begins. */
  readonly signal: AbortSignal;
  /** One more part without which `/readyz` says no. Typically `nats` and `mongodb`. */
  addReadiness(name: string, check: ReadinessCheck): void;
  /** Ends the process at once with code 1, finishing nothing: what is under way is not ours any more. */
  leave(): void;
  newId(prefix: IdPrefix): string;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A service that is up. */
export interface RunningProcess {
  /** Finishes or hands back what is under way, closes everything. Has 8 seconds. */
  stop(): Promise<void>;
  /** Port of a public interface, if there is one. */
  readonly port?: number;
}

/** A service before it runs. */
export interface ProcessDefinition<Own extends OwnEnvironment> {
  readonly name: ServiceName;
  /**
   * Variables in addition to those that every service reads, e.g. `{ MAILFLEET_OPEN_KEYS: z.string() }` as `openKeys`.
   */
  readonly environment: Own;
  /** Connects and begins. May wait for NATS or MongoDB as long as it takes: live meanwhile, but not ready. */
  start(context: ProcessContext<Own>): Promise<RunningProcess>;
}

/** Time for `stop()`, below the 10 seconds after which most supervisors kill. */
const graceMs = 8000;
/** A start that is still waiting for an engine has nothing to finish. */
const startGraceMs = 1000;

/**
 * Runs a service until SIGTERM, SIGINT or the end of the IPC channel to its supervisor: then readiness turns false,
 * `signal` is aborted, `stop()` has 8 seconds, exit code 0. Exit code 1: environment not valid (the log line names the
 * variables), start failed, an exception nobody caught, grace over, or the same signal a second time; a supervisor
 * starts it again. When it is up it sends `{type: "ready", service, httpPort, port?}` over IPC, and takes
 * `{type: "fail-points", wanted}` from there.
 */
export function runProcess<const Own extends OwnEnvironment>(definition: ProcessDefinition<Own>): void {
  void run(definition).catch((error: unknown) => {
    const runbook = "docs/runbooks/service-does-not-start.md";
    createLogger("info", { service: definition.name }).error({ err: error, runbook }, reason(error));
    process.exit(1);
  });
}

async function run<Own extends OwnEnvironment>(definition: ProcessDefinition<Own>): Promise<void> {
  const { name } = definition;
  const environment = readEnvironment(definition.environment);
  const base = environment as Environment<Record<never, never>>;
  const logger = createLogger(base.logLevel, { service: name, replica: base.replica });
  showAddresses(base.logAddresses);

  let lifecycle: Lifecycle = "starting";
  const shutdown = new AbortController();
  const readiness = createReadiness();
  readiness.add("service", () => (lifecycle === "running" ? null : lifecycle));
  const metrics = new Registry();
  metrics.setDefaultLabels({ service: name });
  collectDefaultMetrics({ register: metrics });
  metricsOf(metrics).asked("mailfleet_service_ready", "1 if every part is ready, as /readyz says", async () =>
    (await readiness.report()).ready ? 1 : 0,
  );
  const stopping = onceAskedToStop(logger);
  exitOnUncaught(logger);
  const failPoints = createFailPoints(base.failPoints, logger);
  process.on("message", (message: { type?: string; wanted?: readonly string[] }) => {
    if (message.type === "fail-points") failPoints.arm(message.wanted ?? []);
  });

  const health = await startHealthServer({
    host: base.httpHost,
    port: base.httpPort,
    lifecycle: () => lifecycle,
    readiness,
    metrics,
  });
  logger.info({ httpPort: health.port, node: process.version }, "starting");
  const tracing = await traced(base, { service: name, logger, metrics });

  const started = definition.start({
    name,
    environment,
    logger,
    metrics,
    failPoint: failPoints.hit,
    signal: shutdown.signal,
    addReadiness: readiness.add,
    leave: () => process.exit(1),
    newId,
    now: Date.now,
  });
  const first = await Promise.race([started, stopping]);
  if (typeof first !== "string") {
    lifecycle = "running";
    const ready = { type: "ready", service: name, httpPort: health.port, ...(first.port ? { port: first.port } : {}) };
    logger.info({ httpPort: health.port, port: first.port }, "ready");
    if (process.connected) process.send?.(ready);
  }

  const cause = await stopping;
  lifecycle = "draining";
  logger.info({ cause }, "stopping");
  shutdown.abort(new Error(`the service stops: ${cause}`));
  setTimeout(() => {
    logger.error({ graceMs }, "the grace time is over; the process ends now");
    process.exit(1);
  }, graceMs);
  const service = typeof first === "string" ? await settledWithin(started, startGraceMs) : first;
  await service?.stop();
  await tracing?.stop();
  health.close();
  logger.info({ cause }, "stopped");
  process.exit(0);
}

/** Whatever is wrong with it, mail goes on without traces. */
async function traced(
  { otlpUrl: url, traceRatio: ratio, replica }: Environment<Record<never, never>>,
  who: Pick<TracingOptions, "service" | "logger" | "metrics">,
): Promise<{ stop(): Promise<void> } | null> {
  if (url === undefined) return null;
  try {
    return await startTracing({ url, ratio, replica, ...who });
  } catch (error) {
    who.logger.error({ err: error }, "there are no traces: OpenTelemetry's packages are not installed or do not load");
    return null;
  }
}

/** Resolves with what asked first. The same signal again means now. */
function onceAskedToStop(logger: Logger): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const seen = new Set<string>();
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      // Ctrl-C reaches service and supervisor, which then sends SIGTERM: another signal is not yet a second one.
      if (seen.has(signal)) {
        logger.warn({ signal }, "asked to stop a second time; the process ends now");
        process.exit(1);
      }
      seen.add(signal);
      resolve(signal);
    });
  process.on("disconnect", () => resolve("the supervisor is gone"));
  if (process.send && !process.connected) resolve("the supervisor is gone");
  return promise;
}

function exitOnUncaught(logger: Logger): void {
  const leave = (what: string) => (error: unknown) => {
    logger.error({ err: error }, `${what}: ${reason(error)}`);
    process.exit(1);
  };
  process.on("uncaughtException", leave("an exception that nobody caught"));
  process.on("unhandledRejection", leave("a rejection that nobody handled"));
}

/** What it resolves to in this time; `undefined` if it does not, or fails. */
async function settledWithin<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  setTimeout(() => resolve(undefined), ms);
  return Promise.race([promise.catch(() => undefined), late]);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
