import type { InboundSession, SourceIdentity } from "@mailfleet/connector-api";
import { apiInboxSession, RefusedError } from "@mailfleet/connector-http";
import type { EwsApi } from "./ews-api.ts";
import { readCursor, writeCursor } from "./ews-cursor.ts";
import { findNew, readListed } from "./find-new.ts";
import { countItems, listInbox } from "./list-inbox.ts";
import { getFacts } from "./requests.ts";

/** Requests at once for one mailbox. */
const AT_ONCE = 3;
const OPERATION = "GetItem";

/** A session over a mailbox that is signed in to. */
export function ewsSession(api: EwsApi, source: SourceIdentity): InboundSession {
  const session = apiInboxSession({
    source,
    atOnce: AT_ONCE,
    positionOf: readCursor,
    cursorOf: writeCursor,
    findNew: (position, signal) => findNew(api, position, signal),
    count: (signal) => countItems(api, signal),
    listAll: (signal) => listInbox(api, signal),
    facts: async (id, signal) => readListed(await api.ask(OPERATION, getFacts(id), signal)),
    mime: async (id, signal) => ({ pieces: api.mime(id, signal), announced: 0 }),
    several: (ids, signal) => api.several(ids, signal),
    failure: (thrown) => api.failure(thrown, OPERATION),
    isGone: (failure) => failure instanceof RefusedError && failure.codes === "ErrorItemNotFound",
  });
  return {
    ...session,
    async close() {
      await session.close();
      await api.close();
    },
  };
}
