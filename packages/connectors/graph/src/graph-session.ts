import {
  type Batch,
  type Cursor,
  concernsMessage,
  type FetchedMessage,
  type InboundSession,
  type ListOptions,
  type RefusedMessage,
  type SourceIdentity,
} from "@mailfleet/connector-api";
import type { TokenApi } from "@mailfleet/connector-http";
import { type Answered, fetchMessage } from "./fetch-message.ts";
import { findNew, type Listed } from "./find-new.ts";
import { readCursor, writeCursor } from "./graph-cursor.ts";

/**
 * Graph lets four requests run at once for one mailbox. Two are for fetching, so that sending and a test find theirs.
 * Graph's other limit, 10,000 requests in ten minutes, is less than what two give.
 */
const AT_ONCE = 2;
/** The size we aim for in one batch, in bytes. */
const PORTION_BYTES = 4 * 1024 * 1024;

/** A session over a mailbox whose token is ready. */
export function graphSession(api: TokenApi, address: string, source: SourceIdentity): InboundSession {
  const closed = new AbortController();

  async function* listNew(given: Cursor | null, options: ListOptions): AsyncGenerator<Batch> {
    const signal = AbortSignal.any([options.signal, closed.signal]);
    const before = readCursor(given);
    const again = (options.again ?? []).map((id): Listed => ({ id, receivedAt: null, draft: false }));
    const found = options.onlyAgain ? null : await findNew(api, address, before, signal);
    const isNew = ({ id }: Listed) => !options.known(id) && !options.again?.includes(id);
    const wanted = [...again, ...(found?.messages.filter(isNew) ?? [])];
    // Until the last message is handed over the old position stays: what is found again is recognised by its name.
    const held = given ?? writeCursor(before);
    const reached = found ? writeCursor(found.delta) : held;
    let first = found?.resynchronised ?? false;
    let portion = emptyPortion();
    const take = (cursor: Cursor): Batch => {
      const { bytes: _, ...taken } = portion;
      const batch = { ...taken, cursor, ...(first && { resynchronised: true }) };
      portion = emptyPortion();
      first = false;
      return batch;
    };
    for await (const { id, answer } of inOrder(wanted, options, signal)) {
      const failed = answer.type === "failed" && !concernsMessage(answer.failure.failure) ? answer.failure : null;
      const isLarge = answer.type === "message" && !(answer.message.raw instanceof Uint8Array);
      const isFull = portion.messages.length >= options.batchSize || portion.bytes >= PORTION_BYTES;
      if (portion.listed > 0 && (failed || isLarge || isFull)) yield take(held);
      if (failed) throw failed;
      put(portion, id, answer);
      // What is read on must be read before the next one.
      if (isLarge) yield take(held);
      signal.throwIfAborted();
    }
    if (portion.listed > 0 || (found && found.delta !== before)) yield take(reached);
  }

  /** Asks for some at once and gives them in order; what ended the connection before is asked for alone. */
  async function* inOrder(
    wanted: readonly Listed[],
    { processFrom, alone }: ListOptions,
    signal: AbortSignal,
  ): AsyncGenerator<{ id: string; answer: Answered }> {
    const asked: { listed: Listed; answer: Promise<Answered> }[] = [];
    const isAlone = (listed: Listed | undefined) => listed !== undefined && alone?.has(listed.id) === true;
    let next = 0;
    for (let given = 0; given < wanted.length; given += 1) {
      while (next < wanted.length && asked.length < AT_ONCE) {
        const listed = wanted[next] as Listed;
        if (asked.length > 0 && (isAlone(listed) || isAlone(asked.at(-1)?.listed))) break;
        const answer = fetchMessage(api, address, listed, { processFrom, signal });
        answer.catch(() => {});
        asked.push({ listed, answer });
        next += 1;
      }
      const { listed, answer } = asked.shift() as (typeof asked)[number];
      yield { id: listed.id, answer: await answer };
    }
  }

  return { source, listNew, close: async () => closed.abort(new Error("the session was closed")) };
}

interface Portion {
  listed: number;
  readonly messages: FetchedMessage[];
  gone: number;
  readonly refused: RefusedMessage[];
  readonly passedOver: { older: number; draft: number };
  readonly notWanted: string[];
  bytes: number;
}

const emptyPortion = (): Portion => ({
  listed: 0,
  messages: [],
  gone: 0,
  refused: [],
  passedOver: { older: 0, draft: 0 },
  notWanted: [],
  bytes: 0,
});

function put(portion: Portion, id: string, answer: Answered): void {
  portion.listed += 1;
  if (answer.type === "message") {
    portion.messages.push(answer.message);
    portion.bytes += answer.message.size;
  } else if (answer.type === "failed") portion.refused.push({ name: id, failure: answer.failure.failure });
  else if (answer.type === "gone") portion.gone += 1;
  else portion.passedOver[answer.type] += 1;
  if (answer.type === "older") portion.notWanted.push(id);
}
