import { decoderFor } from "./content-decoders.ts";
import { type Entity, type MessageVisitor, MessageWalker } from "./message-walker.ts";
import { type MessageHeaders, readHeaders } from "./read-headers.ts";

/** Whom a message did not reach, as a mail server reports it. Anybody can write such a report. */
export interface Undeliverable {
  /** At most 50. `address`: as the server writes it. `status`: such as `5.1.1` (RFC 3463); `null`: it is not said. */
  readonly recipients: { readonly address: string; readonly status: string | null }[];
  /** Message-ID of the message that was not delivered; `null`: it is not said. */
  readonly messageId: string | null;
}

/** So much of a message is looked at: the report stands before the original. */
const LOOKED_AT = 64 * 1024;
const SLICE = 16 * 1024;
const MOST_TEXT = 32 * 1024;
const MOST_PARTS = 50;
const MOST_RECIPIENTS = 50;
const LONGEST_ADDRESS = 254;

/** Who writes reports: servers, under these names. */
const daemons =
  /^(?:mailer-?daemon|mail-?daemon|postmaster|mail-?delivery-?(?:sub)?system|microsoftexchange[0-9a-f]{32})$/i;
const daemonNames = /^mail delivery (?:sub)?system$/i;

/** What they say of a message that was given up, in its subject or text. */
const givenUp: readonly RegExp[] = [
  /mail delivery failed/i,
  /undelivered mail returned to sender/i,
  /undeliver(?:able|ed)/i,
  /failure notice/i,
  /returned mail:/i,
  /delivery (?:status notification \(failure\)|failure|has failed)/i,
  /could not be delivered/i,
  /(?:was|were) not delivered/i,
  /unable to deliver (?:your|the) message/i,
  /did not reach (?:some or all of )?the (?:intended|following) recipient/i,
  /permanent fatal errors/i,
  /i'm sorry to have to inform you/i,
  /this is the qmail-send program/i,
  /unzustellbar/i,
  /non (?:remis|distribuable)/i,
  /配信(?:不能|できません)/,
];
/** Of one that they still try to deliver, or that has arrived. */
const notYet =
  /delivery (?:status notification \()?delay|has(?:n't| not) (?:yet )?been delivered|not yet been delivered|will be retried|still being retried|warning: (?:message|could not send)|transient non-fatal|delayed \d|no action is required/i;

interface Parts {
  /** The report of RFC 3464, if there is one. */
  report: string | null;
  text: string;
  /** Header of the original. */
  original: string | null;
}

/**
 * Reads a report that a message could not be delivered: of RFC 3464, of Exchange, and those that servers write as plain
 * text. `null`: it is none. A message that is only delayed, a receipt, and an automatic reply are none. Looks at the
 * beginning, 64 KiB at most.
 */
export function readUndeliverable(raw: Uint8Array, headers: MessageHeaders): Undeliverable | null {
  const type = headers.contentType?.toLowerCase() ?? "";
  const isReport = type.startsWith("multipart/report");
  if (isReport && /report-type\s*=\s*"?(?!delivery-status)[a-z]/.test(type)) return null;
  const [sender] = headers.from;
  const isDaemon =
    daemons.test(sender?.address?.split("@")[0] ?? "") ||
    daemonNames.test(sender?.name ?? "") ||
    headers.failedRecipients !== null ||
    headers.contentClass === "urn:content-classes:dsn";
  if (!isReport && !isDaemon) return null;
  const parts = partsOf(raw);
  const messageId =
    parts.original === null ? null : readHeaders(Buffer.from(`${parts.original}\r\n\r\n`, "latin1")).messageId;
  if (parts.report !== null) {
    const recipients = failedIn(parts.report);
    return recipients.length > 0 ? { recipients, messageId } : null;
  }
  const { subject, failedRecipients } = headers;
  const said = [subject ?? "", parts.text];
  if (!isDaemon || said.some((one) => notYet.test(one))) return null;
  if (failedRecipients === null && !said.some((one) => givenUp.some((words) => words.test(one)))) return null;
  const status = /\b5\.\d{1,3}\.\d{1,3}\b/.exec(parts.text)?.[0] ?? null;
  const addresses = (failedRecipients?.split(",") ?? addressesIn(parts.text)).map((one) => one.trim());
  const recipients = [...new Set(addresses)].slice(0, MOST_RECIPIENTS).map((address) => ({ address, status }));
  return { recipients, messageId: messageId ?? /^Message-ID:\s*(<[^<>\s]{1,500}>)/im.exec(parts.text)?.[1] ?? null };
}

/** What counts in the message, decoded. */
function partsOf(raw: Uint8Array): Parts {
  const parts: Parts = { report: null, text: "", original: null };
  let attachedAt = -1;
  let count = 0;
  /** What becomes of the content of a part. */
  const taken = new Map<number, { as: "report" | "text" | "original"; decoder: ReturnType<typeof decoderFor> }>();
  const take = (index: number, bytes: Buffer) => {
    const as = taken.get(index)?.as;
    if (as && (parts[as]?.length ?? 0) < MOST_TEXT) parts[as] = (parts[as] ?? "") + bytes.toString("latin1");
  };
  const roleOf = ({ type, kind, depth }: Entity) => {
    if (kind !== "leaf" || attachedAt >= 0) return null;
    if (/^message\/(?:global-)?delivery-status$/.test(type)) return "report";
    if (/^(?:text\/rfc822-headers|message\/global-headers)$/.test(type)) return "original";
    return type.startsWith("text/") && depth <= 3 && parts.text === "" ? "text" : null;
  };
  const visitor: MessageVisitor = {
    header(entity, fields) {
      count += 1;
      if (attachedAt >= 0 && entity.index === attachedAt + 1)
        parts.original ??= fields.map(({ raw }) => `${raw}\r\n`).join("");
      const role = roleOf(entity);
      if (role) taken.set(entity.index, { as: role, decoder: decoderFor(entity.encoding) });
      if (attachedAt < 0 && /^message\/(?:rfc822|global)$/.test(entity.type)) attachedAt = entity.index;
    },
    content({ index }, bytes) {
      take(index, taken.get(index)?.decoder?.content(bytes) ?? bytes);
    },
    lineEnd({ index }, end) {
      take(index, taken.get(index)?.decoder?.lineEnd(end) ?? Buffer.from(end, "latin1"));
    },
    bodyEnd({ index }) {
      take(index, taken.get(index)?.decoder?.end() ?? Buffer.alloc(0));
    },
    delimiter() {},
  };
  const walker = new MessageWalker(visitor);
  const end = Math.min(raw.byteLength, LOOKED_AT);
  for (let at = 0; at < end && parts.original === null && count < MOST_PARTS; at += SLICE)
    walker.push(raw.subarray(at, Math.min(at + SLICE, end)));
  if (parts.original === null && count < MOST_PARTS) walker.end();
  return parts;
}

/** The recipients of a report for whom delivery has failed (RFC 3464 §2.3). */
function failedIn(report: string): Undeliverable["recipients"] {
  const recipients: { address: string; status: string | null }[] = [];
  for (const group of report
    .replace(/\r\n/g, "\n")
    .replace(/\n[ \t]+/g, " ")
    .split(/\n\s*\n/)) {
    const field = (name: string) => new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, "im").exec(group)?.[1]?.trim() ?? null;
    const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(field("status") ?? field("diagnostic-code") ?? "")?.[0] ?? null;
    const action = field("action")
      ?.toLowerCase()
      .replace(/[ (;].*$/, "");
    if (action === undefined ? !status?.startsWith("5") : action !== "failed" && action !== "failure") continue;
    const address = addressOf(field("final-recipient") ?? field("original-recipient") ?? "");
    if (address !== null) recipients.push({ address, status });
    if (recipients.length >= MOST_RECIPIENTS) break;
  }
  return recipients;
}

/** `rfc822; <anna@example.org>` (RFC 3464 §2.3.2): the address; `null`: there is none. */
function addressOf(written: string): string | null {
  const address = written
    .slice(0, 2 * LONGEST_ADDRESS)
    .replace(/^[\w-]+\s*;\s*/, "")
    .replace(/^<|>$/g, "")
    .trim();
  return address === "" || address.length > LONGEST_ADDRESS ? null : address;
}

/** The addresses that a report in plain text names: those on lines of their own; if there is none, the first of all. */
function addressesIn(text: string): string[] {
  const before =
    text.split(/^(?:-{3,} ?(?:below this line|this is a copy|original message|returned|the header)|received:)/im)[0] ??
    "";
  const alone = [...before.matchAll(/^[ \t]*<?([^\s<>@:;,]{1,64}@[\w.-]{1,188}\w)>?:?(?:[ \t]+.*)?$/gm)].map(
    ([, one = ""]) => one,
  );
  const [, first] = /([^\s<>@:;,"'(]{1,64}@[\w.-]{1,188}\w)/.exec(before) ?? [];
  return alone.length > 0 ? alone : first ? [first] : [];
}
