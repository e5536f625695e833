import {
  type Comparison,
  type Connection,
  FailureError,
  failureCodes,
  failureOf,
  ProblemError,
} from "@mailfleet/contracts";
import type { Answers, Permit } from "@mailfleet/kit";
import { failureFor } from "@mailfleet/worker";
import { prepareAll } from "../message/prepare.ts";
import type { InboundPorts } from "../ports.ts";
import type { ComparedInbox } from "../source/document.ts";
import { readUntil } from "./starting-point.ts";
import { createTellApart } from "./tell-apart.ts";

/** A comparison ends after this; one that is older died with its process. */
const longestMs = 900_000;
/** Messages fetched together, at most. */
const batchSize = 100;

type Used = Pick<InboundPorts, "worker" | "sources" | "fingerprints" | "isOurProbe" | "logger" | "now">;

/** What others ask about an inbox before its mailbox is moved. */
export const compareAnswers: Answers<Used> = {
  "inbound-sync.message.compare": async (ports, { mailboxId, profileId, processFrom }) => {
    const configured = await ports.worker.connections.under(mailboxId, profileId);
    if (!configured)
      throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}, or no profile ${profileId}.`);
    const connection = processFrom === undefined ? configured : { ...configured, processFrom };
    const permit = await ports.worker.permit(connection);
    if (!permit)
      throw new ProblemError("TOO_MANY", "All connections that the profile allows are in use.", {
        remedy: "Try again in a moment.",
      });
    const begun = begin(profileId, ports.now());
    let isBegun = false;
    try {
      isBegun = await ports.sources.compareBegun(mailboxId, begun, begun.begunAt - longestMs);
    } finally {
      if (!isBegun) await permit.give();
    }
    // Whoever asked looks how far it is.
    if (isBegun) void compare(ports, connection, permit, begun);
    return { begun: isBegun };
  },

  "inbound-sync.message.comparison": async ({ sources, now }, { mailboxId }) => {
    const compared = (await sources.get(mailboxId))?.compared;
    if (!compared) return { ...begin(null, 0), begunAt: null };
    const died = compared.endedAt === null && compared.begunAt < now() - longestMs;
    const failure = died ? failureOf("RUN_TIMEOUT") : compared.failure;
    const endedAt = compared.endedAt ?? (died ? compared.begunAt + longestMs : null);
    return { ...compared, endedAt, failure: failure && shown(failure, endedAt ?? compared.begunAt) };
  },
};

function begin<Profile extends string | null>(profileId: Profile, begunAt: number) {
  const counts = { has: 0, known: 0, fresh: 0, older: 0, refused: 0, handedOver: 0 };
  return { profileId, begunAt, endedAt: null, ...counts, failure: null };
}

function shown(failure: NonNullable<ComparedInbox["failure"]>, at: number): NonNullable<Comparison["failure"]> {
  const { text, remedy } = failureCodes[failure.code];
  return { ...failure, text, remedy, at };
}

/**
 * Reads the whole inbox as it would be read after a move, and counts; nothing is stored and no cursor moves. Never throws:
 * whatever ends it is its result.
 */
async function compare(ports: Used, connection: Connection, permit: Permit, begun: ComparedInbox): Promise<void> {
  const { mailboxId } = connection;
  let so = begun;
  const tell = async (more: Partial<ComparedInbox>) => {
    so = { ...so, ...more };
    await ports.sources.compared(mailboxId, so);
  };
  try {
    const failure = await read(ports, connection, permit, (counts) => tell(counts)).then(
      () => null,
      (error: unknown) => failureFor(error, ports.logger),
    );
    await tell({ endedAt: ports.now(), failure });
  } catch (error) {
    ports.logger.warn({ mailbox: mailboxId, err: error }, "a comparison could not be kept");
  } finally {
    await permit.give();
  }
}

async function read(
  ports: Used,
  connection: Connection,
  permit: Permit,
  tell: (counts: Partial<ComparedInbox>) => Promise<void>,
): Promise<void> {
  const { mailboxId, processFrom } = connection;
  const { connector, options } = await ports.worker.open(connection);
  const signal = AbortSignal.any([permit.signal, AbortSignal.timeout(longestMs)]);
  const handedOver = [...(await ports.fingerprints.count(mailboxId)).values()].reduce((sum, copies) => sum + copies, 0);
  const session = await connector.open(options, signal);
  try {
    const movedAt = readUntil((await ports.sources.get(mailboxId)) ?? {}, ports.now());
    const before = { names: null, comparing: true, movedAt, usedAgain: new Set<string>() };
    const tellApart = createTellApart(ports, { mailboxId, session, ...before });
    const counts = { has: 0, known: 0, fresh: 0, older: 0, refused: 0, handedOver };
    const wanted = { processFrom, batchSize, signal, known: () => false };
    for await (const { listed, gone, messages, refused, passedOver } of session.listNew(null, wanted)) {
      const prepared = await prepareAll(messages, {
        ...{ mailboxId, prefix: "", storedAt: 0, expireAt: 0, isOurProbe: ports.isOurProbe, forwarded: false },
        // Only the header is of use.
        storePart: async () => {},
        dropParts: async () => {},
      });
      const mail = prepared.filter(({ is }) => is === "mail").length;
      const known = (await tellApart(prepared)).size;
      counts.has += listed - gone;
      counts.known += known;
      counts.fresh += mail - known;
      counts.older += passedOver.older ?? 0;
      counts.refused += refused.length + prepared.filter(({ is }) => is === "refused").length;
      await tell(counts);
      signal.throwIfAborted();
    }
    await tell(counts);
    const there = session.there?.() ?? null;
    if (there && there.lists < there.says) {
      const reply = `the server says that there are ${there.says} messages, and lists ${there.lists}`;
      throw new FailureError(failureOf("LISTING_INCOMPLETE", { reply }));
    }
  } finally {
    await session.close();
  }
}
