import { type Answered, type Listed, type MessageApi, messageOf } from "./fetch-listed.ts";

/** What one request asks for, so that its answer stays small. */
const MOST_MESSAGES = 25;
const MOST_BYTES = 1024 * 1024;
/** A larger message is worth a request of its own. */
const SMALL_MESSAGE = 64 * 1024;

/** The messages from this place on that one request may ask for: one at least. */
export function smallOnes(
  wanted: readonly Listed[],
  from: number,
  mayShare: (listed: Listed) => boolean,
): readonly Listed[] {
  let bytes = 0;
  const isOver = (one: Listed, at: number) => {
    bytes += one.size ?? MOST_BYTES;
    const isSmall = one.receivedAt !== null && !one.draft && (one.size ?? MOST_BYTES) <= SMALL_MESSAGE;
    return at === MOST_MESSAGES || bytes > MOST_BYTES || !isSmall || !mayShare(one);
  };
  const some = wanted.slice(from, from + MOST_MESSAGES + 1);
  const end = some.findIndex(isOver);
  return some.slice(0, Math.max(1, end < 0 ? some.length : end));
}

/**
 * Asks for several messages by one request. Those that came in vain, and all of them if it failed, are not in the answer: who
 * asks for them alone learns the reason. Never throws but for `signal`.
 */
export async function severalOf(
  api: MessageApi,
  group: readonly Listed[],
  { processFrom, signal }: { readonly processFrom: number | null; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Answered>> {
  const isOlder = ({ receivedAt }: Listed) => processFrom !== null && (receivedAt ?? 0) < processFrom;
  const ids = group.flatMap((one) => (isOlder(one) ? [] : [one.id]));
  try {
    const raws = ids.length > 1 ? await api.several?.(ids, signal) : undefined;
    return new Map(
      group.flatMap((one): [string, Answered][] => {
        const raw = raws?.get(one.id);
        if (!raw || raw.length === 0) return [];
        return [[one.id, { type: "message", message: messageOf(one.id, one.receivedAt ?? 0, raw, raw.length) }]];
      }),
    );
  } catch {
    signal.throwIfAborted();
    return new Map();
  }
}
