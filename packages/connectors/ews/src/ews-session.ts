import type { Batch, Cursor, InboundSession, ListOptions, SourceIdentity } from "@mailfleet/connector-api";
import { concernsMessage, type FetchedMessage, type RefusedMessage } from "@mailfleet/connector-api";
import type { EwsApi } from "./ews-api.ts";
import { readCursor, writeCursor } from "./ews-cursor.ts";
import { type Answered, fetchMessage } from "./fetch-message.ts";
import { findNew, type Listed } from "./find-new.ts";
import { listInbox } from "./list-inbox.ts";

/** Requests at once for one mailbox. */
const AT_ONCE = 3;
/** The size we aim for in one batch, in bytes. */
const PORTION_BYTES = 4 * 1024 * 1024;

/** A session over a mailbox that is signed in to. */
export function ewsSession(api: EwsApi, source: SourceIdentity): InboundSession {
  const closed = new AbortController();

  async function* listNew(given: Cursor | null, options: ListOptions): AsyncGenerator<Batch> {
    const signal = AbortSignal.any([options.signal, closed.signal]);
    const before = readCursor(given);
    const again = (options.again ?? []).map((id): Listed => ({ id, receivedAt: null, draft: false }));
    const found = options.onlyAgain ? null : await findNew(api, before, signal);
    const isNew = ({ id }: Listed) => !options.known(id) && !options.again?.includes(id);
    const wanted = [...again, ...(found?.messages.filter(isNew) ?? [])];
    // Until the last message is handed over the old position stays: what is found again is recognised by its name.
    const held = given ?? writeCursor(before);
    const reached = found ? writeCursor(found.state) : held;
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
    if (portion.listed > 0 || (found && found.state !== before)) yield take(reached);
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
        const answer = fetchMessage(api, listed, { processFrom, signal });
        answer.catch(() => {});
        asked.push({ listed, answer });
        next += 1;
      }
      const { listed, answer } = asked.shift() as (typeof asked)[number];
      yield { id: listed.id, answer: await answer };
    }
  }

  return {
    source,
    listNew,
    async audit(_, { known }) {
      const { says, ids } = await listInbox(api, closed.signal);
      return { says, lists: ids.length, missing: ids.filter((id) => !known(id)) };
    },
    async close() {
      closed.abort(new Error("the session was closed"));
      await api.close();
    },
  };
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
  ...{ listed: 0, messages: [], gone: 0, refused: [], notWanted: [], bytes: 0 },
  passedOver: { older: 0, draft: 0 },
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
