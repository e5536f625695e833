import { eachAlone } from "@mailfleet/kit";
import type { OutboundPorts } from "../ports.ts";
import { decideOutcome, heardLate, type Outcome } from "./decide-outcome.ts";
import { mailSent } from "./facts.ts";
import { commit } from "./hand-over.ts";
import { entryOf } from "./journal.ts";
import type { JournalDocument } from "./journal-store.ts";
import { lookUp } from "./look-up.ts";
import type { LateAnswer, StoredSend } from "./send.ts";

const PAGE = 200;
/** What we assume about a mailbox that no longer exists. */
const lastWords = {
  generation: 0,
  retryMs: 300_000,
  uncertainPolicy: "hold",
  sentCopy: "server",
  sendExpiryMs: 0,
  messageRetentionDays: 30,
} as const;

/**
 * Takes over from processes that are gone. Of what they had claimed, that which stands in the journal may be with a
 * server: the profile's policy says what becomes of it. Nothing was sent of the rest: it is due again. And what was
 * sent, but perhaps not told, is told. `look`: at what is due again.
 */
export async function takeOver(ports: OutboundPorts, look: (mailboxId: string) => void): Promise<void> {
  const claimants = await ports.sends.claimants();
  // A claim may be stored when its journal is gone already: the database was away in between.
  const missing = claimants.length > 0 ? await ports.journals.missing(claimants) : [];
  for (const owner of [...missing, ...(await ports.journals.abandoned(20))]) {
    // The lease fences the former owner: it writes nothing to its journal from now on, so it hands nothing over.
    const lease = await ports.leases.take(owner);
    if (!lease) continue;
    try {
      // Before anything is given back: if not all can be decided now, the former owner may find its lease free again.
      if (!(await ports.journals.takeOver(lease.filter))) continue;
      if (await isEmptied(ports, owner, lease.document, look)) {
        await lease.giveBack(ports.journals.remove);
      }
    } finally {
      await lease.release();
    }
  }
}

/** False: something of it could not be decided, and stays claimed until the next round. */
async function isEmptied(
  ports: OutboundPorts,
  owner: string,
  { wire: entries = [], answers = {} }: JournalDocument,
  look: (mailboxId: string) => void,
): Promise<boolean> {
  const { sends, logger } = ports;
  const heard = (send: StoredSend): LateAnswer | undefined => {
    const answer = answers[entryOf(send)];
    return send.late ?? (answer === undefined ? undefined : { attempt: send.attempt, answer });
  };
  const wire = new Set(entries);
  const isOut = (send: StoredSend) => wire.has(entryOf(send)) || send.late !== undefined;
  const alone = { logger, what: "sends of a lost process", name: ({ id }: StoredSend) => id };
  for (let found = await sends.claimedBy(owner, PAGE); found.length > 0; ) {
    const notOut = found.filter((send) => !isOut(send));
    await sends.giveBack(
      notOut.map(({ id: sendId, mailboxId }) => ({ sendId, mailboxId })),
      owner,
    );
    const failures = await eachAlone(found.filter(isOut), alone, (send) => orphaned(ports, send, heard(send), owner));
    for (const mailboxId of new Set(found.map((send) => send.mailboxId))) look(mailboxId);
    if (failures > 0) return false;
    found = await sends.claimedBy(owner, PAGE);
  }
  const ids = entries.map((entry) => entry.slice(0, entry.lastIndexOf(":")));
  const sent = (await sends.some(ids)).filter(({ state }) => state === "sent");
  await ports.bus.publishAll(sent.map(factOf));
  logger.info({ owner, wire: wire.size }, "took over from a process that is gone");
  return true;
}

/** Its process is gone, and it may have reached the final dot; if it or an earlier one heard that a server took it, it did. */
async function orphaned(
  ports: OutboundPorts,
  send: StoredSend,
  heard: LateAnswer | undefined,
  owner: string,
): Promise<void> {
  const connection = (await ports.worker.connections.get(send.mailboxId)) ?? lastWords;
  const startedAt = send.claim?.startedAt ?? send.changedAt;
  const context = { connection, policy: ports.policy, now: ports.now(), owner, startedAt };
  const lost: Outcome = { type: "unknown", reason: "the process that handed it over was lost", ended: false };
  const outcome = heard ? heardLate(heard) : await lookUp(ports, send, lost, { again: false });
  await commit(ports, decideOutcome(send, outcome, context));
}

/** The same fact as its process made: same id, same body. */
function factOf(send: StoredSend) {
  const refused = send.rejected.map(({ address }) => address);
  return mailSent(send, send.answer ?? "", refused, send.changedAt);
}
