import type { Bus } from "@mailfleet/bus";
import { type DeploymentStore, keepMark, readMarks } from "../deployment/deployment.ts";
import { guardDeployment } from "../deployment/guard.ts";
import { heldBecause } from "../deployment/held.ts";
import type { CollectionDeclaration } from "../document/indexes.ts";
import { clockObstacle, type Engine, type Vitals } from "../health/vitals.ts";
import type { ServiceDeclaration, ServicePorts } from "./define-service.ts";
import type { Environment, OwnEnvironment } from "./environment.ts";
import { metricsOf } from "./metrics-of.ts";
import { type ProcessContext, runProcess } from "./process.ts";
import { type GivenPorts, startService } from "./start-service.ts";
import { lackSentence, waitUntil } from "./wait-until.ts";
import { wantedBy } from "./wanted.ts";

/** What `main.ts` makes of the environment: everything that touches the world. */
export interface Adapters<Ports extends ServicePorts, Derived extends keyof Ports = never> {
  readonly bus: Bus;
  /** The service's own ports, and `openDocuments` where it keeps nouns. */
  readonly ports: Omit<GivenPorts<Ports, Derived>, "bus" | "logger" | "registry" | "failPoint" | "now">;
  readonly store: {
    /** What of these is missing or other than declared, in sentences. */
    lacks(collections: readonly CollectionDeclaration[]): Promise<readonly string[]>;
    readonly deployment: DeploymentStore;
    server(): Promise<Engine>;
  };
  /** Says on the public port why it is not open yet, from the first obstacle until there is none. */
  whileWaiting?(reason: () => string): Promise<{ stop(): Promise<void> }>;
  /** Opens the public port once everything else runs. Returns the port it listens on. */
  open?(ports: Ports): Promise<{ readonly port?: number; stop(): Promise<void> }>;
  /** Closes connections, after the bus. */
  close(): Promise<void>;
}

/**
 * Runs a declared service as this process: environment, logger, health, then the adapters, then what it declares; on
 * SIGTERM the other way round. See `runProcess` for signals and exit codes.
 */
export function runService<
  Ports extends ServicePorts,
  const Own extends OwnEnvironment,
  Derived extends keyof Ports = never,
>(
  declaration: ServiceDeclaration<Ports, Own, Derived>,
  adapt: (context: ProcessContext<Own>) => Promise<Adapters<Ports, Derived>>,
): void {
  runProcess({
    name: declaration.name,
    environment: declaration.environment,
    async start(context) {
      const { bus, store, ports, open, close, whileWaiting } = await adapt(context);
      const { streams, consumers, collections } = wantedBy(declaration);
      const places = { bus, deployment: store.deployment };
      const held = metricsOf(context.metrics).gauge(
        "mailfleet_deployment_held",
        "1 while database and NATS do not belong together: nothing is polled or sent",
      );
      const keep = keepMark(places, context.now);
      const look = async () => {
        const reason = await keep();
        held.set(reason === null ? 0 : 1);
        return reason;
      };
      const lacks = async () => [...(await bus.lacks(streams, consumers)), ...(await store.lacks(collections))];
      const vitals: Omit<Vitals, "outboxMs"> = {
        replica: (context.environment as Environment<Record<never, never>>).replica,
        mongodb: () => store.server(),
        nats: () => bus.server(),
        lacks,
        deployment: async () => {
          const marks = await readMarks(places);
          return { mark: marks.own, held: heldBecause(marks) };
        },
      };
      const waiting = sayWhileWaiting(whileWaiting);
      await waitUntil(
        "topology",
        waiting.said(async () => lackSentence(await lacks())),
        context,
      );
      await waitUntil("deployment", waiting.said(look), context);
      const clock = clockObstacle(vitals);
      await waitUntil("clock", waiting.said(clock), context);
      context.addReadiness("clock", () => clock().catch(() => null));
      await waiting.stop();
      const { logger, metrics: registry, failPoint, now } = context;
      const given = { ...ports, bus, logger, registry, failPoint, now, vitals } as unknown as GivenPorts<
        Ports,
        Derived
      >;
      const service = await startService(declaration, given);
      const opened = await open?.(service.ports);
      const guard = guardDeployment(look, context);
      return {
        ...(opened?.port === undefined ? {} : { port: opened.port }),
        async stop() {
          guard.stop();
          // At the same time: what still comes in while something long ends here is another replica's at once.
          await Promise.all([opened?.stop(), service.stop()]);
          await bus.stop();
          await close();
        },
      };
    },
  });
}

/** Hears each obstacle, and says the last one where `begin` opens a place for it. */
function sayWhileWaiting(begin: ((reason: () => string) => Promise<{ stop(): Promise<void> }>) | undefined) {
  let reason = "";
  let open: Promise<{ stop(): Promise<void> }> | undefined;
  return {
    said: (look: () => Promise<string | null>) => async () => {
      const obstacle = await look();
      if (obstacle !== null) {
        reason = obstacle;
        open ??= begin?.(() => reason);
        await open;
      }
      return obstacle;
    },
    stop: async () => (await open)?.stop(),
  };
}
