import { FailureError, failureOf } from "@mailfleet/contracts";
import { collectAtMost } from "./body-sinks.ts";
import type { Capabilities } from "./capabilities.ts";
import { Refused } from "./classify-failure.ts";
import type { HeaderFacts } from "./header-facts.ts";
import { type Named, nameMessages, withoutOwnUidl } from "./identities.ts";
import type { InStep } from "./in-step.ts";
import { type Entry, readListing } from "./listing.ts";
import type { HeaderReader } from "./look-at-headers.ts";
import { codeOfReply } from "./reply-rules.ts";
import type { Wire } from "./wire.ts";

/** Everything on the server now. */
export interface Listing {
  /** By number, which means by arrival. */
  readonly messages: readonly Named[];
  /** How many the server says there are, and how many it listed; `null`: it did not say. */
  readonly there: { readonly says: number; readonly lists: number } | null;
  /** The headers we had to read for this, by number. */
  readonly seen: ReadonlyMap<number, HeaderFacts>;
}

/** An answer to LIST or UIDL: 100,000 messages with the longest names. */
const LIST_BYTES = 8 * 1024 * 1024;
/** How many headers are requested at once. */
const HEADERS_AT_ONCE = 500;

/**
 * Lists and names all messages. A list that is shorter than STAT says is asked for once more. Throws what ended the
 * connection, `Refused` or `FailureError`.
 */
export async function listMessages(
  wire: Wire,
  capabilities: Promise<Capabilities>,
  headers: HeaderReader,
  inStep: InStep,
): Promise<Listing> {
  const [first, { top }] = await Promise.all([askAll(wire, capabilities), capabilities]);
  headers.learn(top);
  const isShort = first.says !== null && first.entries.length < first.says;
  const second = isShort ? await askAll(wire, capabilities) : first;
  const { says, entries } = second.entries.length > first.entries.length ? second : first;
  inStep.learn(second.stat);
  const unclear = withoutOwnUidl(entries);
  const seen = new Map<number, HeaderFacts>();
  for (let at = 0; at < unclear.length; at += HEADERS_AT_ONCE)
    for (const [number, facts] of await headers.look(unclear.slice(at, at + HEADERS_AT_ONCE))) seen.set(number, facts);
  const digests = new Map([...seen].map(([number, { digest }]) => [number, digest]));
  const there = says === null ? null : { says, lists: entries.length };
  return { messages: nameMessages(entries, digests), there, seen };
}

/** STAT, LIST and UIDL together. Where STAT says that there is nothing, servers may refuse to list it. */
async function askAll(
  wire: Wire,
  capabilities: Promise<Capabilities>,
): Promise<{ readonly says: number | null; readonly stat: string | null; readonly entries: readonly Entry[] }> {
  const sizes = collectAtMost(LIST_BYTES, "LIST");
  const uidls = collectAtMost(LIST_BYTES, "UIDL");
  // Even if CAPA does not name UIDL: some servers forget it.
  const [list, uidl, stat] = await Promise.all([wire.run("LIST", sizes), wire.run("UIDL", uidls), wire.run("STAT")]);
  const says = stat.status === "+OK" ? countIn(stat.text) : null;
  const said = { says, stat: says === null ? null : stat.text };
  if (says === 0 && (list.status !== "+OK" || uidl.status !== "+OK")) return { ...said, entries: [] };
  if (list.status !== "+OK") throw new Refused("LIST", list.text);
  if (uidl.status !== "+OK" && !hasNoUidl(uidl.text, await capabilities)) throw new Refused("UIDL", uidl.text);
  const entries = readListing(sizes.bytes(), uidl.status === "+OK" ? uidls.bytes() : null, says !== null);
  return { ...said, entries };
}

/**
 * True if a refused UIDL means that the server has none. A server that promised it, or has a temporary fault, does not
 * count as one without: every message would get a new identity and be handed over again.
 */
function hasNoUidl(reply: string, { uidl }: Capabilities): boolean {
  return uidl !== true && codeOfReply(reply, "transaction") === "PROTOCOL_ERROR";
}

/** The number of messages, by STAT (RFC 1939 §5). Throws what ended the connection, `Refused` or `FailureError`. */
export async function countMessages(wire: Wire): Promise<number> {
  const reply = await wire.run("STAT");
  if (reply.status !== "+OK") throw new Refused("STAT", reply.text);
  const count = countIn(reply.text);
  if (count === null)
    throw new FailureError(failureOf("PROTOCOL_ERROR", { command: "STAT", reply: reply.text.slice(0, 200) }));
  return count;
}

function countIn(reply: string): number | null {
  const count = /^\+OK[ \t]+(\d{1,10})/i.exec(reply)?.[1];
  return count === undefined ? null : Number(count);
}
