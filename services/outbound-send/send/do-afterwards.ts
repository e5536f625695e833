import type { OutgoingMessage } from "@mailfleet/contracts";
import { eachAlone } from "@mailfleet/kit";
import type { OutboundPorts } from "../ports.ts";
import { decideOutcome } from "./decide-outcome.ts";
import { sendAlert, sendAlertOver } from "./facts.ts";
import { commit, publishOutbox } from "./hand-over.ts";
import { foundInSentMail, isInSentMail, soughtOf } from "./look-up.ts";
import { type Afterwards, changeOf, type DueSend, type StoredSend } from "./send.ts";
import { storedMessage } from "./stored-message.ts";
import { reasonOf } from "./until-stored.ts";

/** So many small ones at the same time, and one large one: it is whole in memory. */
const PAGE = 20;
/** What a process has taken is another's after this: longer than any look, or any copy, takes. */
const CLAIM_MS = 300_000;
const HOUR_MS = 3_600_000;
/** A copy is told to be missing after so many tries, and given up after so many. */
const TOLD_AFTER = 3;
const MOST_TRIES = 24;

type Taken = DueSend & { readonly afterwards: Afterwards };

/**
 * What is left to do about sends whose attempts have ended, on every replica: one that is held is looked for again, of
 * one that was sent a copy is filed. A failure changes nothing about the send.
 */
export async function doAfterwards(ports: OutboundPorts): Promise<void> {
  const { sends, logger, now } = ports;
  const due = (await sends.afterwards(now(), PAGE)).filter((send) => send.afterwards !== undefined) as Taken[];
  const alone = { logger, what: "what is done after a send", name: ({ id }: StoredSend) => id };
  const isLarge = ({ body }: Taken) => body !== undefined;
  await Promise.all([
    eachAlone(
      due.filter((send) => !isLarge(send)),
      alone,
      (send) => take(ports, send),
    ),
    eachAlone(due.filter(isLarge).slice(0, 1), alone, (send) => take(ports, send)),
  ]);
}

/** If no other process has it. */
async function take(ports: OutboundPorts, send: Taken): Promise<void> {
  const until = ports.now() + CLAIM_MS;
  const taken = { ...send, afterwards: { ...send.afterwards, at: until } };
  if (!(await ports.sends.moveAfterwards(send, taken.afterwards))) return;
  if (send.state === "sent") await fileCopy(ports, taken, until);
  else await lookOnce(ports, taken);
}

async function lookOnce(ports: OutboundPorts, send: Taken): Promise<void> {
  const { policy, sends, logger, now } = ports;
  if (await isInSentMail(ports, send)) {
    const connection = await ports.worker.connections.get(send.mailboxId);
    if (connection === null) return;
    const at = now();
    const { owner: _, ...decided } = decideOutcome(send, foundInSentMail(), {
      ...{ connection, policy, now: at, owner: "", startedAt: send.claim?.startedAt ?? send.changedAt },
    });
    logger.info({ send: send.id, mailbox: send.mailboxId }, "a send that was held is in the sent mail");
    const outbox = [sendAlertOver(send, at), ...decided.outbox];
    await commit(ports, { ...decided, ...changeOf(send, ["uncertain"], at), outbox });
    return;
  }
  const tries = send.afterwards.tries + 1;
  const [before = 0, next] = policy.lookLaterMs.slice(tries - 1);
  await sends.moveAfterwards(send, next === undefined ? null : { at: now() + next - before, tries });
}

async function fileCopy(ports: OutboundPorts, send: Taken, until: number): Promise<void> {
  const { policy, logger, now } = ports;
  const { why, isFinal } = await tryToFile(ports, send, until);
  const tries = send.afterwards.tries + 1;
  const isOver = why === null || isFinal || tries >= MOST_TRIES;
  const next = isOver ? null : { at: now() + Math.min(policy.copyRetryMs * 2 ** (tries - 1), HOUR_MS), tries };
  if (why === null) {
    const at = now();
    await move(ports, send, next, { outbox: tries > TOLD_AFTER ? [sendAlertOver(send, at)] : [], filedAt: at });
  } else {
    logger.warn({ send: send.id, mailbox: send.mailboxId, attempt: tries, reason: why }, "no copy among the sent mail");
    const isTold = tries === TOLD_AFTER || (isOver && tries < TOLD_AFTER);
    await move(ports, send, next, { outbox: isTold ? [missing(send, why, now())] : [] });
  }
  if (isOver && send.body) await ports.uploads.remove(send.body.uploadId);
}

/** `why` it could not be filed; `null`: it is. */
async function tryToFile(ports: OutboundPorts, send: Taken, until: number) {
  let raw: Uint8Array;
  try {
    raw = await bytesOf(ports, send);
  } catch (error) {
    return { why: `its bytes could not be read: ${reasonOf(error)}`, isFinal: !ports.isOutage(error) };
  }
  const copy = { sought: soughtOf(send), raw, mayFile: () => ports.now() < until };
  return { why: await ports.sentFolder.file(send.mailboxId, copy, ports.signal), isFinal: false };
}

const missing = (send: StoredSend, why: string, at: number) =>
  sendAlert(send, "SENT_COPY_MISSING", at, { evidence: { command: "APPEND", reply: why.slice(0, 500) } });

async function move(
  ports: OutboundPorts,
  send: Taken,
  next: Afterwards | null,
  made: { readonly outbox: readonly OutgoingMessage[]; readonly filedAt?: number },
): Promise<void> {
  if (await ports.sends.moveAfterwards(send, next, made)) await publishOutbox(ports, send.id, made.outbox);
}

async function bytesOf(ports: OutboundPorts, send: DueSend): Promise<Uint8Array> {
  if (send.raw) return send.raw;
  const pieces: Uint8Array[] = [];
  for await (const piece of storedMessage(ports, send).stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}
