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
import { type Answered, fetchListed, type Listed, type MessageApi } from "./fetch-listed.ts";
import { severalOf, smallOnes } from "./fetch-several.ts";

/** The size we aim for in one batch, in bytes. */
const PORTION_BYTES = 4 * 1024 * 1024;

/** What is new in an inbox, by arrival. */
export interface FoundNew {
  readonly messages: readonly Listed[];
  /** Asks for what comes after it. */
  readonly position: string;
  /** The server no longer knew what had changed, so this is everything. */
  readonly resynchronised: boolean;
}

/** How one API gives its inbox: it lists changes behind a position, and knows its messages by lasting ids. */
export interface ApiInbox extends MessageApi {
  readonly source: SourceIdentity;
  /** Requests at once. */
  readonly atOnce: number;
  /** A cursor's position; `null`: it has none, or is another protocol's. */
  positionOf(cursor: Cursor | null): string | null;
  /** The cursor of a position; `null`: the beginning. */
  cursorOf(position: string | null): Cursor;
  /** Also what only changed is listed, and what was moved in: what was handed over is recognised by its id. */
  findNew(position: string | null, signal: AbortSignal): Promise<FoundNew>;
  /** How many messages the server says there are. */
  count(signal: AbortSignal): Promise<number>;
  /** All of them, by another way than changes are found. */
  listAll(signal: AbortSignal): Promise<readonly Listed[]>;
}

/**
 * A session over such an inbox, oldest first. A list of everything is compared with what the server says there is; the audit
 * asks for it by the other way.
 */
export function apiInboxSession(inbox: ApiInbox): InboundSession {
  const closed = new AbortController();
  let there: { says: number; lists: number } | null = null;
  let inInbox: readonly string[] | null = null;

  async function* listNew(given: Cursor | null, options: ListOptions): AsyncGenerator<Batch> {
    const signal = AbortSignal.any([options.signal, closed.signal]);
    const before = inbox.positionOf(given);
    const again = (options.again ?? []).map((id): Listed => ({ id, receivedAt: null, draft: false }));
    const found = options.onlyAgain ? null : await inbox.findNew(before, signal);
    const isWhole = found !== null && (before === null || found.resynchronised);
    there = isWhole ? { says: await inbox.count(signal), lists: found.messages.length } : null;
    inInbox = isWhole ? found.messages.map(({ id }) => id) : null;
    const isNew = ({ id }: Listed) => !options.known(id) && !options.again?.includes(id);
    const wanted = [...again, ...(found?.messages.filter(isNew) ?? [])];
    // Until the last message is handed over the old position stays: what is found again is recognised by its name.
    const held = given ?? inbox.cursorOf(before);
    const reached = found ? inbox.cursorOf(found.position) : held;
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
    if (portion.listed > 0 || (found && found.position !== before)) yield take(reached);
  }

  /** Asks for some at once and gives them in order; what ended the connection before is asked for alone. */
  async function* inOrder(
    wanted: readonly Listed[],
    { processFrom, alone }: ListOptions,
    signal: AbortSignal,
  ): AsyncGenerator<{ id: string; answer: Answered }> {
    const asked: { group: readonly Listed[]; answers: Promise<ReadonlyMap<string, Answered>> }[] = [];
    const isAlone = (listed: Listed | undefined) => listed !== undefined && alone?.has(listed.id) === true;
    const one = (listed: Listed) => fetchListed(inbox, listed, { processFrom, signal });
    let next = 0;
    while (next < wanted.length || asked.length > 0) {
      while (next < wanted.length && asked.length < inbox.atOnce) {
        const first = wanted[next] as Listed;
        if (asked.length > 0 && (isAlone(first) || isAlone(asked.at(-1)?.group.at(-1)))) break;
        const group = inbox.several ? smallOnes(wanted, next, (small) => !isAlone(small)) : [first];
        const answers = group.length > 1 ? severalOf(inbox, group, { processFrom, signal }) : oneOf(first, one(first));
        answers.catch(() => {});
        asked.push({ group, answers });
        next += group.length;
      }
      const { group, answers } = asked.shift() as (typeof asked)[number];
      const had = await answers;
      for (const listed of group) yield { id: listed.id, answer: had.get(listed.id) ?? (await one(listed)) };
    }
  }

  return {
    source: inbox.source,
    listNew,
    there: () => there,
    inInbox: () => inInbox,
    async audit(_, { known }) {
      const says = await inbox.count(closed.signal);
      const all = await inbox.listAll(closed.signal);
      // A draft is not mail yet, and is remembered nowhere.
      const missing = all.filter(({ id, draft }) => !draft && !known(id)).map(({ id }) => id);
      return { says, lists: all.length, missing };
    },
    close: async () => closed.abort(new Error("the session was closed")),
  };
}

const oneOf = async ({ id }: Listed, answer: Promise<Answered>) => new Map([[id, await answer]]);

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
