import type { InboundSession, SourceIdentity } from "@mailfleet/connector-api";
import { apiInboxSession, RefusedError, type TokenApi } from "@mailfleet/connector-http";
import { findNew, readInstant } from "./find-new.ts";
import { immutableIds, malformed, pathOf, readAnswer } from "./graph-api.ts";
import { readCursor, writeCursor } from "./graph-cursor.ts";
import { countMessages, listInbox } from "./list-inbox.ts";

/**
 * Graph lets four requests run at once for one mailbox. Two are for fetching, so that sending and a test find theirs.
 * Graph's other limit, 10,000 requests in ten minutes, is less than what two give.
 */
const AT_ONCE = 2;
/** Exchange Online takes at most 150 MB, and MIME makes a third more of it. */
const STREAM_BYTES = 256 * 1024 * 1024;
const STREAM_MS = 15 * 60_000;
const MIME = "messages.$value";

/** A session over a mailbox whose token is ready. */
export function graphSession(api: TokenApi, address: string, source: SourceIdentity): InboundSession {
  const pathTo = (id: string, below: string) => pathOf(address, `messages/${encodeURIComponent(id)}${below}`);
  return apiInboxSession({
    source,
    atOnce: AT_ONCE,
    positionOf: readCursor,
    cursorOf: writeCursor,
    findNew: (position, signal) => findNew(api, address, position, signal),
    count: (signal) => countMessages(api, address, signal),
    listAll: (signal) => listInbox(api, address, signal),
    async facts(id, signal) {
      const method = "messages.get";
      const path = pathTo(id, "?$select=receivedDateTime,isDraft");
      const response = await api.ask({ method, path, headers: immutableIds, signal });
      const facts = await readAnswer(api, method, response, signal);
      const receivedAt = readInstant(facts.receivedDateTime);
      if (receivedAt === null) throw malformed(method, "the answer has no receivedDateTime");
      return { receivedAt, draft: facts.isDraft === true };
    },
    async mime(id, signal) {
      const limits = { timeoutMs: STREAM_MS, maximumBytes: STREAM_BYTES };
      const path = pathTo(id, "/$value");
      const response = await api.ask({ method: MIME, path, headers: immutableIds, ...limits, signal });
      const announced = Number(response.headers.get("content-length"));
      const pieces = (response.body ?? emptyBody())[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      return { pieces, announced: Number.isSafeInteger(announced) && announced > 0 ? announced : 0 };
    },
    failure: (thrown) => api.failure(thrown, MIME),
    // A proxy's 404 says nothing about a message, and a missing mailbox is another matter.
    isGone: (failure) =>
      failure instanceof RefusedError && failure.status === 404 && /\bErrorItemNotFound\b/.test(failure.codes ?? ""),
  });
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
