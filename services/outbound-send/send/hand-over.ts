import type { PublishOptions } from "@mailfleet/bus";
import type { OutgoingMessage } from "@mailfleet/contracts";
import { GroupCommit } from "@mailfleet/kit";
import type { OutboundPorts } from "../ports.ts";
import { mailSent } from "./facts.ts";
import type { Journal } from "./journal.ts";
import type { ClaimedSend, SendChange, SendName, SentSend } from "./send.ts";
import { reasonOf, untilStored } from "./until-stored.ts";

const PUBLISH_AGAIN_MS = 500;
/** A result waits so long for others, or longer while the journal keeps it: a statement for many costs little more. */
const GATHER_MS = 8;
const LONGEST_GATHER_MS = 48;
/** For a send that waits for a person. */
export const uploadLifeMs = 365 * 86_400_000;

/**
 * Writes down how attempts ended, and tells it. Plain ends (sent, to everybody) go many in one statement, and their
 * facts many in one go; until they are told they stand in the journal, which is the pending range of this hot path.
 * Whatever else an attempt can end with says what it says from an outbox in its document.
 */
export class HandOver {
  readonly #ports: OutboundPorts;
  readonly #sent;
  readonly #facts;
  readonly #returned;
  readonly #open = new Set<Promise<void>>();
  #counter = 0;
  /** The one whose results were last saved. */
  #journal: Journal | null = null;

  constructor(ports: OutboundPorts) {
    this.#ports = ports;
    const { sends } = ports;
    this.#sent = new GroupCommit<SentSend, number | null>(
      async (results) => {
        const batch = `${results[0]?.owner}:s${++this.#counter}`;
        const at = ports.now();
        const written = await untilStored(ports, "results", () => sends.sent(results, batch, at));
        return results.map(({ sendId }) => (written.has(sendId) ? at : null));
      },
      {
        parallel: 2,
        gatherMs: GATHER_MS,
        mayWait: (waitedMs) => waitedMs < LONGEST_GATHER_MS && this.#journal?.keepsUp === true,
      },
    );
    this.#facts = new GroupCommit<OutgoingMessage, null>(
      async (facts) => {
        await this.#publish(facts);
        return facts.map(() => null);
      },
      { parallel: 2 },
    );
    this.#returned = new GroupCommit<SendName & { owner: string }, null>(async (given) => {
      for (const [owner, group] of Map.groupBy(given, (one) => one.owner))
        await untilStored(ports, "claims given back", () => sends.giveBack(group, owner));
      return given.map(() => null);
    });
  }

  /** Saves the end of an attempt. False: the send no longer belongs to this attempt. */
  async record(send: ClaimedSend, change: SendChange, journal: Journal): Promise<boolean> {
    const made = isPlain(send, change)
      ? await this.#recordSent(send, change, journal)
      : await commit(this.#ports, change);
    if (made && change.state === "sent" && !change.afterwards && send.body)
      void this.#ports.uploads.remove(send.body.uploadId);
    return made;
  }

  async #recordSent(send: ClaimedSend, change: SendChange, journal: Journal): Promise<boolean> {
    const { answer = "", purgeAt } = change;
    this.#journal = journal;
    journal.answered(send, answer);
    const at = await this.#sent.commit({
      sendId: send.id,
      mailboxId: send.mailboxId,
      owner: journal.owner,
      answer,
      purgeAt: purgeAt ?? change.at,
    });
    if (at === null) return false;
    countEnd(this.#ports, change);
    const told: Promise<void> = this.#facts
      .commit(mailSent(send, answer, [], at))
      .then(() => journal.leave(send))
      .catch(() => {})
      .finally(() => this.#open.delete(told));
    this.#open.add(told);
    return true;
  }

  /** Claimed, but nothing of it was on the wire: the next process that asks may take it. */
  async giveBack(send: ClaimedSend, journal: Journal): Promise<void> {
    await this.#returned.commit({ sendId: send.id, mailboxId: send.mailboxId, owner: journal.owner });
  }

  /** Until it worked; what is not published when the service stops stays in the journal. */
  async #publish(facts: readonly OutgoingMessage[]): Promise<void> {
    const { bus, logger, signal } = this.#ports;
    for (;;) {
      try {
        await bus.publishAll(facts);
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        logger.warn({ facts: facts.length, reason: reasonOf(error) }, "waiting to tell what was sent");
        await new Promise((resolve) => setTimeout(resolve, PUBLISH_AGAIN_MS));
      }
    }
  }

  /** Waits until everything that is saved is announced. */
  async settle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }
}

/** True for the end that nearly all sends have. */
function isPlain(send: ClaimedSend, { state, rejected, afterwards }: SendChange): boolean {
  return state === "sent" && !afterwards && (rejected?.length ?? 0) === 0 && send.rejected.length === 0;
}

/**
 * Commits a change, however long the database is away, and publishes what it says. The publishing is tried once: the
 * sweep repeats it from the store. False: somebody else changed the send first.
 */
export async function commit(ports: OutboundPorts, change: SendChange): Promise<boolean> {
  const { uploadId, purgeAt } = change;
  // Kept longer before it is needed longer; goes earlier only after it is needed no more.
  if (uploadId && purgeAt === null) await ports.uploads.keep(uploadId, ports.now() + uploadLifeMs);
  const made = await untilStored(ports, `a send that is ${change.state}`, () => ports.sends.change(change));
  if (made && uploadId && purgeAt) await ports.uploads.keep(uploadId, purgeAt).catch(() => {});
  if (made) countEnd(ports, change);
  if (made) await publishOutbox(ports, change.sendId, change.outbox);
  return made;
}

/** Counts an end that was written just now: sent, or not to be sent any more. */
function countEnd({ throughput, now }: Pick<OutboundPorts, "throughput" | "now">, change: SendChange): void {
  const { state, acceptedAt } = change;
  if (state === "sent") throughput.counter.count({ messages: 1, delayMs: now() - acceptedAt });
  if (state === "failed" || state === "expired") throughput.counter.count({ failed: 1 });
}

/** Publishes committed messages and takes them off the document. False: it failed, and is left for the sweep. */
export async function publishOutbox(
  ports: OutboundPorts,
  sendId: string,
  outbox: SendChange["outbox"],
  how: PublishOptions = {},
): Promise<boolean> {
  if (outbox.length === 0) return true;
  try {
    await ports.bus.publishAll(outbox, how);
    await ports.sends.published(outbox.map(({ id }) => ({ sendId, messageId: id })));
    return true;
  } catch (error) {
    ports.logger.warn({ send: sendId, reason: reasonOf(error) }, "published later, by the sweep");
    return false;
  }
}
