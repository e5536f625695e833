import type { InboundConnector, SoughtMessage } from "@mailfleet/connector-api";
import { type Connection, FailureError } from "@mailfleet/contracts";
import { openConnection } from "./open-connection.ts";
import { permitKeys } from "./permit-keys.ts";
import type { WorkerPorts } from "./ports.ts";

/** What a mailbox has sent, as its server for receiving keeps it. */
export interface SentFolder {
  /** Whether a message is there; `null`: nobody can tell, because none is kept or it cannot be looked at now. Never throws. */
  find(mailboxId: string, sought: SoughtMessage, signal: AbortSignal): Promise<boolean | null>;
}

/** A look takes no longer, in milliseconds. */
const LOOK_MS = 20_000;
/** Where it could not be looked, nobody looks again for so long. */
const REST_MS = 60_000;
const MAILBOXES = 10_000;

/** Looks with what the mailbox receives with: its connection, credentials and permits. */
export function createSentFolder(ports: WorkerPorts<InboundConnector>): SentFolder {
  const resting = new Map<string, number>();

  async function look(mailboxId: string, sought: SoughtMessage, signal: AbortSignal): Promise<boolean | null> {
    const connection = await ports.bus.request("config.connection.get", { mailboxId, direction: "inbound" });
    if (!mayBeLookedAt(connection)) return null;
    const { connector, options } = await openConnection(ports, connection);
    if (!connector.findSent) return null;
    const permit = await ports.permits.take(permitKeys(connection));
    if (permit === null) return null;
    try {
      return await connector.findSent(options, sought, AbortSignal.any([signal, permit.signal]));
    } finally {
      await permit.give();
    }
  }

  return {
    async find(mailboxId, sought, signal) {
      if ((resting.get(mailboxId) ?? 0) > ports.now()) return null;
      try {
        return await look(mailboxId, sought, AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]));
      } catch (error) {
        if (resting.size >= MAILBOXES) resting.clear();
        resting.set(mailboxId, ports.now() + REST_MS);
        const reason = error instanceof FailureError ? error.failure.code : String(error);
        ports.logger.warn({ mailbox: mailboxId, reason }, "the sent mail could not be looked through");
        return null;
      }
    },
  };
}

/** It receives, and what it signs in with was not refused. */
function mayBeLookedAt({ state, credentials }: Connection): boolean {
  return state !== "off" && state !== "failed.final" && credentials.type !== "none";
}
