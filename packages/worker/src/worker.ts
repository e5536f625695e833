import type { Connection } from "@mailfleet/contracts";
import type { Permit } from "@mailfleet/kit";
import { createConnectionTests } from "./connection-test.ts";
import { type Connections, createConnections } from "./connections.ts";
import { finishFirst } from "./finish-first.ts";
import { type OpenedConnection, openConnection } from "./open-connection.ts";
import { permitKeys } from "./permit-keys.ts";
import type { WorkerPorts } from "./ports.ts";
import type { HandleRun, Hold } from "./run.ts";
import { createRunHandler, type RunWork } from "./run-handler.ts";
import { runAgain, runRequested } from "./run-messages.ts";
import { createGates } from "./sign-in/gate.ts";
import { createTestHandler, type TestWork } from "./test-handler.ts";

/** What both workers do with a run, for one direction. */
export interface Worker<Connector> {
  /** What may be connected to. */
  readonly connections: Connections;
  /** The handler for runs of the purposes `sync` and `probe`. */
  runs<Held extends Hold>(work: RunWork<Connector, Held>): HandleRun;
  /** The handler for runs of the purpose `test`. */
  tests(work: TestWork<Connector>): HandleRun;
  /** Tries a connection of a profile for somebody who waits. */
  readonly testConnection: ReturnType<typeof createConnectionTests<Connector>>;
  /** Connector and credentials of a connection, for work other than a run. Throws `FailureError`. */
  open(connection: Connection): Promise<OpenedConnection<Connector>>;
  /** Asks for a run of this mailbox at once, if its direction may run. */
  runSoon(mailboxId: string): Promise<void>;
  /** Asks for a run of this mailbox now. False: one waits, or is under way. */
  runNow(mailboxId: string, generation: number): Promise<boolean>;
  /** The right to make one connection, for work other than a run. `null`: none is free. */
  permit(connection: Connection): Promise<Permit | null>;
}

/** One per process and direction. */
export function createWorker<Connector>(given: WorkerPorts<Connector>): Worker<Connector> {
  const ports = { ...given, gates: createGates(given) };
  const connections = createConnections(ports);
  return {
    connections,
    runs: (work) => finishFirst(createRunHandler(ports, connections, work)),
    tests: (work) => finishFirst(createTestHandler(ports, connections, work)),
    testConnection: createConnectionTests(ports),
    open: (connection) => openConnection(ports, connection),
    async runSoon(mailboxId) {
      const connection = await connections.get(mailboxId);
      if (!connection?.allowed) return;
      const { generation } = connection;
      const at = ports.now();
      const run = { mailboxId, direction: ports.direction, purpose: "sync", generation } as const;
      await ports.bus.publish(runAgain({ run }, at, at));
    },
    async runNow(mailboxId, generation) {
      const asked = runRequested(mailboxId, ports.direction, generation, ports.now());
      return (await ports.bus.publish(asked)) !== "coalesced";
    },
    permit: (connection) => ports.permits.take(permitKeys(connection)),
  };
}
