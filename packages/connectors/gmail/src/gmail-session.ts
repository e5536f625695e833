import { setTimeout as pause } from "node:timers/promises";
import {
  type Batch,
  type Cursor,
  concernsMessage,
  type FetchedMessage,
  type InboundSession,
  type Known,
  LinkBroke,
  type ListOptions,
  MessageRefused,
  type RefusedMessage,
  type SourceIdentity,
} from "@mailfleet/connector-api";
import { RefusedError } from "@mailfleet/connector-http";
import type { FailureError } from "@mailfleet/contracts";
import { createEstimates } from "./estimates.ts";
import { type Answered, fetchLarge, fetchSmall, isOfOneMessage } from "./fetch-messages.ts";
import { findNew, listInbox, startOf, type There } from "./find-new.ts";
import type { GmailApi } from "./gmail-api.ts";
import { gmailClient } from "./gmail-client.ts";
import { readCursor, writeCursor } from "./gmail-cursor.ts";

/** Gmail works on the calls of a batch in parallel, and refuses more than a few tens at once for one user. */
const MOST_IN_BATCH = 25;
/** If batches were made smaller, each batch without trouble lets the next have this many more. */
const MORE_AGAIN = 4;
/** The size we aim for in one batch, in bytes. */
const PORTION_BYTES = 4 * 1024 * 1024;
/** If part of a batch was refused, the rest is requested after this pause, which doubles each time. */
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
/** How often a message is asked for alone, before a refusal that may pass is its own. */
const TRIES = 3;

/**
 * A session over a mailbox whose token is ready. `checkAddress` throws if the account belongs to another mailbox, so
 * the address names the source.
 */
export function gmailSession(
  api: GmailApi,
  source: SourceIdentity,
  checkAddress: (emailAddress: string) => void,
): InboundSession {
  const client = gmailClient(api);
  const estimates = createEstimates();
  const closed = new AbortController();
  let there: There | null = null;
  let from: number | null = null;

  async function* listNew(given: Cursor | null, options: ListOptions): AsyncGenerator<Batch> {
    const signal = AbortSignal.any([options.signal, closed.signal]);
    const cursor = readCursor(given);
    const again = options.again ?? [];
    from = startOf(options.processFrom);
    const nothing = { ids: [], historyId: cursor.historyId ?? "", resynchronised: false, there };
    const { processFrom, onlyAgain } = options;
    const found = onlyAgain ? nothing : await findNew(client, cursor, { processFrom, signal, checkAddress });
    there = found.there;
    // What a list left out is asked for again next time.
    const isShort = there !== null && there.lists < there.says;
    const wanted = [...new Set([...again, ...found.ids.filter((id) => !options.known(id))])];
    let { at } = cursor;
    let first = found.resynchronised;
    // Until the last message is handed over the old position stays: what is found again is recognised by its id.
    const held = given ?? writeCursor(cursor);
    for await (const { newest, last, ...batch } of portions(wanted, options, signal)) {
      at = Math.max(at, Math.min(newest, Date.now()));
      if (!last && batch.listed === 0) continue;
      yield {
        ...batch,
        cursor: last && !isShort && !onlyAgain ? writeCursor({ historyId: found.historyId, at }) : held,
        ...(first && { resynchronised: true }),
      };
      first = false;
      signal.throwIfAborted();
    }
    if (wanted.length === 0 && !isShort && !onlyAgain && found.historyId !== cursor.historyId)
      yield {
        ...emptyPortion(),
        cursor: writeCursor({ historyId: found.historyId, at }),
        ...(first && { resynchronised: true }),
      };
  }

  /** Everything that the inbox has is compared with what is known by its id. */
  async function audit(_cursor: Cursor, { known }: { readonly known: Known }) {
    const { ids, there: all } = await listInbox(client, from, closed.signal);
    const { says, lists } = all ?? { says: ids.length, lists: ids.length };
    return { says, lists, missing: ids.filter((id) => !known(id)) };
  }

  /** Fetches in order. The next portion is being fetched while the caller stores the last one. */
  async function* portions(
    wanted: readonly string[],
    { processFrom, batchSize, alone }: ListOptions,
    signal: AbortSignal,
  ): AsyncGenerator<Portion> {
    const seen = { messages: 0, bytes: 0 };
    const waiting = [...wanted].reverse();
    const limit = Math.max(1, Math.min(batchSize, MOST_IN_BATCH));
    // Where the connection has ended before, one at a time at first.
    let most = alone?.size ? 1 : limit;
    let alike = 0;
    let troubles = 0;
    let renewed = false;
    const take = () => {
      const average = seen.messages === 0 ? 0 : seen.bytes / seen.messages;
      const fit = average === 0 ? most : Math.max(1, Math.floor(PORTION_BYTES / average));
      const ids = waiting.splice(-Math.min(most, fit)).reverse();
      if (ids.length === 0) return null;
      const asked = fetchSmall(api, estimates, ids, signal).then((answers) => ({ ids, answers }));
      asked.catch(() => {});
      return asked;
    };
    for (let asked = take(); asked; ) {
      const { ids, answers } = await asked;
      const failed = ids.filter((id) => answers.get(id)?.type === "failed");
      const failure = failed.length > 0 ? failureIn(answers, failed) : null;
      if (failure instanceof RefusedError && failure.status === 401 && !renewed) {
        renewed = true;
        api.refuseToken();
      } else if (failure && failed.length === ids.length && !(ids.length === 1 && isOfOneMessage(failure))) {
        throw failure instanceof RefusedError ? failure : new LinkBroke(failure.failure, ids[0] as string);
      } else if (failure && ids.length === 1) {
        alike += 1;
        const { kind, retryAfterMs = 0 } = failure.failure;
        const isSettled = concernsMessage(failure.failure) || kind !== "transient" || retryAfterMs > LONGEST_PAUSE_MS;
        if (alike >= TRIES || isSettled) {
          // Requested alone, and the server refuses only this message: the others continue.
          alike = 0;
          yield { ...refusedPortion(failed, failure), last: waiting.length === 0 };
          asked = take();
          continue;
        }
        troubles += 1;
      } else if (failure) {
        // Some were answered: the server works and wants fewer at once. If the limit was ours, no pause is needed.
        most = Math.max(1, most >> 1);
        if (failure.failure.code !== "ANSWER_TOO_LARGE") troubles += 1;
      } else {
        most = Math.min(limit, most + MORE_AGAIN);
        troubles = 0;
        alike = 0;
      }
      waiting.push(...[...failed].reverse());
      // After a refusal nothing is requested in advance.
      asked = failure ? null : take();
      const left = () => asked !== null || waiting.length > 0;
      for await (const portion of inOrder(ids, answers)) {
        for (const { raw, size } of portion.messages) {
          if (!(raw instanceof Uint8Array)) continue;
          seen.messages += 1;
          seen.bytes += size;
        }
        yield { ...portion, last: portion.last && !left() };
      }
      if (failure) {
        const wait = failure.failure.retryAfterMs ?? PAUSE_MS * 2 ** troubles;
        if (wait > LONGEST_PAUSE_MS) throw failure;
        if (troubles > 0) await pause(wait, undefined, { signal });
      }
      asked ??= take();
    }

    /** Small messages together, each large one alone; `last` is the last of these ids. */
    async function* inOrder(ids: readonly string[], answers: ReadonlyMap<string, Answered>): AsyncGenerator<Portion> {
      let next = emptyPortion();
      const put = (message: FetchedMessage, draft: boolean) => {
        next.newest = Math.max(next.newest, message.receivedAt);
        next.listed += 1;
        const wantedNow = !draft && (processFrom === null || message.receivedAt >= processFrom);
        if (wantedNow) next.messages.push(message);
        else if (draft) next.passedOver.draft += 1;
        else {
          next.passedOver.older += 1;
          next.notWanted.push(message.identity as string);
        }
        return wantedNow;
      };
      const putGone = () => {
        next.listed += 1;
        next.gone += 1;
      };
      for (const id of ids) {
        const answer = answers.get(id);
        if (answer?.type === "message") put(answer.message, answer.draft);
        if (answer?.type === "gone") putGone();
        if (answer?.type !== "large") continue;
        if (next.messages.length > 0) {
          yield next;
          next = emptyPortion();
        }
        const large = await fetchLarge(api, id, signal).catch(refusalIn);
        if (large === null) putGone();
        else if (large instanceof MessageRefused) {
          next.listed += 1;
          next.refused.push({ name: id, failure: large.failure });
        } else if (put(large.message, large.facts.draft)) {
          yield { ...next, last: id === ids.at(-1) };
          next = emptyPortion();
          if (id === ids.at(-1)) return;
        }
      }
      yield { ...next, last: true };
    }
  }

  return {
    // History ids and message ids belong to the account for ever. A lost history begins again.
    source,
    listNew,
    there: () => there,
    audit,
    close: async () => closed.abort(new Error("the session was closed")),
  };
}

interface Portion {
  listed: number;
  readonly messages: FetchedMessage[];
  gone: number;
  readonly refused: RefusedMessage[];
  readonly passedOver: { older: number; draft: number };
  readonly notWanted: string[];
  /** The newest `internalDate` in it; 0: none. */
  newest: number;
  readonly last: boolean;
}

const emptyPortion = (): Portion => ({
  listed: 0,
  messages: [],
  gone: 0,
  refused: [],
  passedOver: { older: 0, draft: 0 },
  notWanted: [],
  newest: 0,
  last: false,
});

function refusalIn(error: unknown): MessageRefused {
  if (error instanceof MessageRefused) return error;
  throw error;
}

function refusedPortion(ids: readonly string[], { failure }: FailureError): Portion {
  const refused = ids.map((name) => ({ name, failure }));
  return { ...emptyPortion(), listed: refused.length, refused };
}

/** The failure to act on: a refused token, a limit, then whatever came first. */
function failureIn(answers: ReadonlyMap<string, Answered>, failed: readonly string[]): FailureError {
  const failures = failed.flatMap((id) => {
    const answer = answers.get(id);
    return answer?.type === "failed" ? [answer.failure] : [];
  });
  return (
    failures.find((failure) => failure instanceof RefusedError && failure.status === 401) ??
    failures.find((failure) => failure.failure.kind === "throttled") ??
    (failures[0] as FailureError)
  );
}
