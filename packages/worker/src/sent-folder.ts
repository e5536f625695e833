import type { ConnectOptions, InboundConnector, SentMessage, SoughtMessage } from "@mailfleet/connector-api";
import { type Connection, FailureError } from "@mailfleet/contracts";
import { openConnection } from "./open-connection.ts";
import { permitKeys } from "./permit-keys.ts";
import type { WorkerPorts } from "./ports.ts";
import { createGates } from "./sign-in/gate.ts";

/** What a mailbox has sent, as its server for receiving keeps it. */
export interface SentFolder {
  /** Whether a message is there; `null`: nobody can tell, because none is kept or it cannot be looked at now. Never throws. */
  find(mailboxId: string, sought: SoughtMessage, signal: AbortSignal): Promise<boolean | null>;
  /** Files a message there, unless it is there. `null`: it is; else why it could not be made sure of. Never throws. */
  file(mailboxId: string, copy: SentMessage, signal: AbortSignal): Promise<string | null>;
}

/** A look takes no longer, in milliseconds. */
const LOOK_MS = 20_000;
/** Nor does filing a message, which may be large. */
const FILE_MS = 120_000;
/** Where it could not be looked, nobody looks again for so long. */
const REST_MS = 60_000;
const MAILBOXES = 10_000;

/** Works with what the mailbox receives with: its connection, credentials and permits. */
export function createSentFolder(given: WorkerPorts<InboundConnector>): SentFolder {
  const ports = { ...given, gates: createGates(given) };
  const resting = new Map<string, number>();

  /** In words: why nothing could be done. */
  async function connected<Result>(
    mailboxId: string,
    signal: AbortSignal,
    way: (
      connector: InboundConnector,
    ) => ((options: ConnectOptions, signal: AbortSignal) => Promise<Result>) | undefined,
  ): Promise<Result | Unable> {
    const connection = await ports.bus.request("config.connection.get", { mailboxId, direction: "inbound" });
    if (!mayBeLookedAt(connection)) return { unable: "the mailbox does not receive at the moment" };
    const { connector, options } = await openConnection(ports, connection);
    const work = way(connector);
    if (!work) return { unable: "the mailbox receives by a protocol without sent mail" };
    const permit = await ports.permits.take(permitKeys(connection));
    if (permit === null) return { unable: "no connection was free" };
    try {
      return await work(options, AbortSignal.any([signal, permit.signal]));
    } finally {
      await permit.give();
    }
  }

  return {
    async find(mailboxId, sought, signal) {
      if ((resting.get(mailboxId) ?? 0) > ports.now()) return null;
      try {
        const until = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
        const found = await connected(
          mailboxId,
          until,
          ({ findSent }) => findSent && ((options, within) => findSent(options, sought, within)),
        );
        return typeof found === "boolean" ? found : null;
      } catch (error) {
        if (resting.size >= MAILBOXES) resting.clear();
        resting.set(mailboxId, ports.now() + REST_MS);
        const reason = error instanceof FailureError ? error.failure.code : String(error);
        ports.logger.warn({ mailbox: mailboxId, reason }, "the sent mail could not be looked through");
        return null;
      }
    },

    async file(mailboxId, copy, signal) {
      try {
        const until = AbortSignal.any([signal, AbortSignal.timeout(FILE_MS)]);
        const done = await connected(
          mailboxId,
          until,
          ({ fileSent }) => fileSent && ((options, within) => fileSent(options, copy, within)),
        );
        if (typeof done === "string") return null;
        return done === null ? "the server has no folder of sent mail" : done.unable;
      } catch (error) {
        if (!(error instanceof FailureError)) return error instanceof Error ? error.message : String(error);
        const { code, evidence } = error.failure;
        return evidence?.reply ?? code;
      }
    },
  };
}

interface Unable {
  readonly unable: string;
}

/** It receives, and what it signs in with was not refused. */
function mayBeLookedAt({ state, credentials }: Connection): boolean {
  return state !== "off" && state !== "failed.final" && credentials.type !== "none";
}
