import type { InboundConnector } from "@mailfleet/connector-api";
import { failureFields } from "@mailfleet/kit";
import { failureFor, type OpenedConnection, type StartedRun } from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import { alertCleared, alertRaised } from "../source/alerts.ts";
import type { SourceLease } from "../source/store.ts";

/**
 * Moves reports of undeliverable mail that were handed over to the folder that the profile names. What cannot be moved is
 * told (REPORTS_NOT_MOVED) and tried again with the next poll; it is no failure of the mailbox. Throws outages, `LeaseLost`,
 * or the signal's reason.
 */
export async function moveReports(
  ports: Pick<InboundPorts, "sources" | "bus" | "logger" | "now">,
  { connection, held: lease, signal }: StartedRun<SourceLease>,
  { connector, options }: OpenedConnection<InboundConnector>,
): Promise<void> {
  const { undeliverableFolder: folder, mailboxId } = connection;
  if (folder === null || !connector.moveTo) return;
  const { toMove = [], notMoved = false } = (await ports.sources.get(mailboxId)) ?? {};
  if (toMove.length === 0) return;
  try {
    await connector.moveTo(options, folder, toMove, signal);
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureFor(error, ports.logger);
    ports.logger.warn({ mailbox: mailboxId, ...failureFields(failure) }, "reports could not be moved");
    if (notMoved) return;
    // Noted before it is told: a process that dies in between leaves an alert that a later poll clears.
    await ports.sources.moved(lease, { toMove, notMoved: true });
    const [key = ""] = toMove;
    const at = ports.now();
    const { evidence } = failure;
    const detail = `${toMove.length} to ${folder}: ${failure.code}`;
    await ports.bus.publish(
      alertRaised(mailboxId, { code: "REPORTS_NOT_MOVED", key, at, detail, ...(evidence && { evidence }) }),
    );
    return;
  }
  if (notMoved) await ports.bus.publish(alertCleared(mailboxId, "REPORTS_NOT_MOVED", ports.now()));
  await ports.sources.moved(lease, { toMove: [], notMoved: false });
  ports.logger.info({ mailbox: mailboxId, reports: toMove.length }, "reports were moved");
}
