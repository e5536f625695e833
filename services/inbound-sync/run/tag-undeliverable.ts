import type { InboundConnector } from "@mailfleet/connector-api";
import { failureOf } from "@mailfleet/contracts";
import { failureFields } from "@mailfleet/kit";
import { failureFor, type OpenedConnection, type StartedRun } from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import type { SourceLease } from "../source/store.ts";

/** The category that Dynamics 365 gives them, too. */
const category = "Undeliverable";
/** Messages tagged by one poll, at most: each costs two requests, and mail comes first. */
const portion = 50;
const longestMs = 60_000;

/**
 * Gives the category _Undeliverable_ to reports that were handed over and to messages that are set aside, a portion with
 * each poll. What cannot be tagged stays without it; that is no failure of the mailbox, and is warned of once, until
 * tagging works again. Throws outages, `LeaseLost`, or the signal's reason.
 */
export async function tagUndeliverable(
  ports: Pick<InboundPorts, "sources" | "logger">,
  { connection, held: lease, signal }: StartedRun<SourceLease>,
  { connector, options }: OpenedConnection<InboundConnector>,
): Promise<void> {
  const { mailboxId } = connection;
  const isWanted = connection.tagUndeliverable && connector.categorise !== undefined;
  // This poll may have found some, or another source; where none are tagged, what the lease was taken with is enough.
  const { toTag = [], notTagged = false } = (isWanted ? await ports.sources.get(mailboxId) : lease.document) ?? {};
  if (toTag.length === 0) return;
  if (!isWanted) return await ports.sources.tagged(lease, { toTag: [], notTagged: false });
  const failure = await failureOfTagging(toTag.slice(0, portion));
  if (failure && !notTagged)
    ports.logger.warn(
      { mailbox: mailboxId, ...failureFields(failure) },
      "messages could not be tagged as undeliverable",
    );
  await ports.sources.tagged(lease, { toTag: toTag.slice(portion), notTagged: failure !== null });

  async function failureOfTagging(names: readonly string[]) {
    const late = AbortSignal.timeout(longestMs);
    try {
      const refused = (await connector.categorise?.(options, category, names, AbortSignal.any([signal, late]))) ?? [];
      return refused[0]?.failure ?? null;
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) return failureOf("RUN_TIMEOUT", { reply: `broken off after ${longestMs / 1000} s` });
      return failureFor(error, ports.logger);
    }
  }
}
