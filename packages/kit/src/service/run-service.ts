import type { Bus } from "@mailfleet/bus";
import type { CollectionDeclaration } from "../document/indexes.ts";
import type { ServiceDeclaration, ServicePorts } from "./define-service.ts";
import type { OwnEnvironment } from "./environment.ts";
import { type ProcessContext, runProcess } from "./process.ts";
import { type GivenPorts, startService } from "./start-service.ts";
import { waitForTopology } from "./wait-for-topology.ts";
import { wantedBy } from "./wanted.ts";

/** What `main.ts` makes of the environment: everything that touches the world. */
export interface Adapters<Ports extends ServicePorts, Derived extends keyof Ports = never> {
  readonly bus: Bus;
  /** The service's own ports, and `openDocuments` where it keeps nouns. */
  readonly ports: Omit<GivenPorts<Ports, Derived>, "bus" | "logger" | "registry" | "failPoint" | "now">;
  readonly store: {
    /** What of these is missing or other than declared, in sentences. */
    lacks(collections: readonly CollectionDeclaration[]): Promise<readonly string[]>;
  };
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
      const { bus, store, ports, open, close } = await adapt(context);
      const { streams, consumers, collections } = wantedBy(declaration);
      const look = async () => [...(await bus.lacks(streams, consumers)), ...(await store.lacks(collections))];
      await waitForTopology(look, context);
      const { logger, metrics: registry, failPoint, now } = context;
      const given = { ...ports, bus, logger, registry, failPoint, now } as unknown as GivenPorts<Ports, Derived>;
      const service = await startService(declaration, given);
      const opened = await open?.(service.ports);
      return {
        ...(opened?.port === undefined ? {} : { port: opened.port }),
        async stop() {
          await opened?.stop();
          await service.stop();
          await bus.stop();
          await close();
        },
      };
    },
  });
}
