import type { InboundConnector } from "@mailfleet/connector-api";
import { type Failure, failureOf } from "@mailfleet/contracts";
import { failureFields } from "@mailfleet/kit";
import { failureFor, type OpenedConnection, type StartedRun } from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import { alertCleared, alertRaised } from "../source/alerts.ts";
import type { SourceLease } from "../source/store.ts";

/** Reports moved by one poll, at most: each may cost a request, and mail comes first. */
const portion = 50;
const longestMs = 120_000;

/**
 * Moves reports of undeliverable mail that were handed over to the folder that the profile names, a portion with each poll.
 * What cannot be moved is told (REPORTS_NOT_MOVED) and tried again after all others; it is no failure of the mailbox. Throws
 * outages, `LeaseLost`, or the signal's reason.
 */
export async function moveReports(
  ports: Pick<InboundPorts, "sources" | "bus" | "logger" | "now">,
  { connection, held: lease, signal }: StartedRun<SourceLease>,
  { connector, options }: OpenedConnection<InboundConnector>,
): Promise<void> {
  const { undeliverableFolder: folder, mailboxId } = connection;
  const isWanted = folder !== null && connector.moveTo !== undefined;
  // This poll may have found some; where nobody wants them moved it has not, and what the lease was taken with is enough.
  const { toMove = [], notMoved = false } = (isWanted ? await ports.sources.get(mailboxId) : lease.document) ?? {};
  if (!isWanted || toMove.length === 0) {
    // Nobody wants them moved any more, or another source has come.
    if (notMoved || toMove.length > 0) await nothingLeft();
    return;
  }
  const now = toMove.slice(0, portion);
  const { left, failure } = await moved(now);
  const still = [...toMove.slice(portion), ...left];
  if (left.length < now.length)
    ports.logger.info(
      { mailbox: mailboxId, reports: now.length - left.length, left: still.length },
      "reports were moved",
    );
  if (failure) ports.logger.warn({ mailbox: mailboxId, ...failureFields(failure) }, "reports could not be moved");
  if (still.length === 0) return nothingLeft();
  // Noted before it is told: a process that dies in between leaves an alert that a later poll clears.
  await ports.sources.moved(lease, { toMove: still, notMoved: notMoved || failure !== null });
  if (failure === null || notMoved) return;
  const [key = ""] = left;
  const at = ports.now();
  const { evidence } = failure;
  const detail = `${left.length} to ${folder}: ${failure.code}`;
  await ports.bus.publish(
    alertRaised(mailboxId, { code: "REPORTS_NOT_MOVED", key, at, detail, ...(evidence && { evidence }) }),
  );

  async function moved(names: readonly string[]): Promise<{ left: readonly string[]; failure: Failure | null }> {
    const late = AbortSignal.timeout(longestMs);
    try {
      const refused = (await connector.moveTo?.(options, folder ?? "", names, AbortSignal.any([signal, late]))) ?? [];
      return { left: refused.map(({ name }) => name), failure: refused[0]?.failure ?? null };
    } catch (error) {
      signal.throwIfAborted();
      const reply = `broken off after ${longestMs / 1000} s`;
      return {
        left: names,
        failure: late.aborted ? failureOf("RUN_TIMEOUT", { reply }) : failureFor(error, ports.logger),
      };
    }
  }

  async function nothingLeft(): Promise<void> {
    if (notMoved) await ports.bus.publish(alertCleared(mailboxId, "REPORTS_NOT_MOVED", ports.now()));
    await ports.sources.moved(lease, { toMove: [], notMoved: false });
  }
}
