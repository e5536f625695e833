import { type FoundNew, type Listed, RefusedError } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { EwsApi } from "./ews-api.ts";
import { syncInbox } from "./requests.ts";
import { findElement, textOf, type XmlElement } from "./xml-tree.ts";

/** As many as Exchange gives at once. */
const PAGE = 512;
/** A server with more pages, or more messages, is repeating itself or makes them up. */
const MOST_PAGES = 4000;
const MOST_MESSAGES = 500_000;
/** The state of a large folder has some 100 KB. */
const LONGEST_STATE = 4 * 1024 * 1024;
const OPERATION = "SyncFolderItems";

/**
 * Asks what has changed in the inbox since `state`, or for everything. Also messages that only changed are listed, and
 * those that were moved into the inbox: the caller recognises by their names what it has.
 */
export async function findNew(api: EwsApi, state: string | null, signal: AbortSignal): Promise<FoundNew> {
  if (state !== null) {
    try {
      return { ...(await read(api, state, signal)), resynchronised: false };
    } catch (error) {
      if (!isInvalid(error)) throw error;
    }
  }
  return { ...(await read(api, null, signal)), resynchronised: state !== null };
}

function isInvalid(error: unknown): boolean {
  return error instanceof RefusedError && /^Error(InvalidSyncStateData|SyncFolderNotFound)$/.test(error.codes ?? "");
}

async function read(
  api: EwsApi,
  from: string | null,
  signal: AbortSignal,
): Promise<{ messages: Listed[]; position: string }> {
  const found = new Map<string, Listed>();
  let state = from;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const message = await api.ask(OPERATION, syncInbox(api.whose, state, PAGE), signal);
    const changes = findElement(message, "Changes")?.children ?? [];
    for (const change of changes) {
      const listed = readListed(change);
      if (change.name === "Delete") found.delete(listed.id);
      else found.set(listed.id, listed);
    }
    if (found.size > MOST_MESSAGES)
      throw new FailureError(
        failureOf("ANSWER_TOO_LARGE", { command: OPERATION, reply: `more than ${MOST_MESSAGES} messages` }),
      );
    const next = textOf(message, "SyncState") ?? "";
    if (next === "" || next.length > LONGEST_STATE) throw malformed(`a state of ${next.length} characters`);
    if (textOf(message, "IncludesLastItemInRange") !== "false")
      return {
        messages: [...found.values()].sort((one, other) => (one.receivedAt ?? 0) - (other.receivedAt ?? 0)),
        position: next,
      };
    if (next === state) throw malformed("the next page is the one that was read before");
    state = next;
  }
  throw malformed(`more than ${MOST_PAGES} pages`);
}

/** What a list says of an item. Throws PROTOCOL_ERROR for one without an id. */
export function readListed(within: XmlElement): Listed {
  const id = findElement(within, "ItemId")?.attributes.Id ?? "";
  // At most 512 characters (MS-OXWSCORE §2.2.4.25), in base64.
  if (!/^[A-Za-z0-9_=+/-]{1,512}$/.test(id)) throw malformed(`not an item's id: ${id.slice(0, 60)}`);
  const at = Date.parse(textOf(within, "DateTimeReceived") ?? "");
  return {
    id,
    receivedAt: Number.isSafeInteger(at) && at >= 0 ? at : null,
    draft: textOf(within, "IsDraft") === "true",
    ...sizeIn(within),
  };
}

function sizeIn(within: XmlElement): Pick<Listed, "size"> {
  const size = Number(textOf(within, "Size") ?? Number.NaN);
  return Number.isSafeInteger(size) && size > 0 ? { size } : {};
}

function malformed(reply: string): FailureError {
  return new FailureError(failureOf("PROTOCOL_ERROR", { command: OPERATION, reply }));
}
