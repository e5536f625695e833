import { decoderFor } from "./content-decoders.ts";
import { type Entity, type MessageVisitor, MessageWalker } from "./message-walker.ts";
import { type MessageHeaders, readHeaders } from "./read-headers.ts";

/** Whom a message did not reach, as a mail server reports it. Anybody can write such a report. */
export interface Undeliverable {
  /** At most 50. */
  readonly recipients: FailedRecipient[];
  /** Message-ID of the message that was not delivered; `null`: it is not said. */
  readonly messageId: string | null;
  /** The send that it was: of X-Mailfleet-Send in the original's header, or of the envelope id (RFC 3464 §2.2.1). */
  readonly sendId?: string;
}

/** Whom a message did not reach. */
interface FailedRecipient {
  /** As the server writes it. */
  readonly address: string;
  /** Whom the message was sent to, if that is somebody else (RFC 3464 §2.3.1). */
  readonly original?: string;
  /** Such as `5.1.1` (RFC 3463); `null`: it is not said. */
  readonly status: string | null;
  /** Why, in the words of the server that refused it, at most 500 characters; absent: none is said. */
  readonly diagnostic?: string;
}

/** So much of a message is looked at: the report stands before the original. */
const LOOKED_AT = 64 * 1024;
const SLICE = 16 * 1024;
const MOST_TEXT = 32 * 1024;
const MOST_PARTS = 50;
const MOST_RECIPIENTS = 50;
const LONGEST_ADDRESS = 254;
const LONGEST_DIAGNOSTIC = 500;
/** Lines that a reason in plain text has, at most. */
const MOST_LINES = 8;

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
  const original = parts.original === null ? null : readHeaders(Buffer.from(`${parts.original}\r\n\r\n`, "latin1"));
  const messageId = original?.messageId ?? null;
  if (parts.report !== null) {
    const recipients = failedIn(parts.report);
    const envelopeId = /^Original-Envelope-Id[ \t]*:[ \t]*(\S{1,100})/im.exec(parts.report)?.[1];
    return recipients.length > 0 ? { recipients, messageId, ...sendIn(original?.send, envelopeId) } : null;
  }
  const { subject, failedRecipients } = headers;
  const said = [subject ?? "", parts.text];
  if (!isDaemon || said.some((one) => notYet.test(one))) return null;
  if (failedRecipients === null && !said.some((one) => givenUp.some((words) => words.test(one)))) return null;
  const addresses = (failedRecipients?.split(",") ?? addressesIn(parts.text)).map((one) => one.trim());
  const reasons = reasonsIn(parts.text);
  const anyStatus = statusIn(parts.text);
  const recipients = [...new Set(addresses)].slice(0, MOST_RECIPIENTS).map((address) => {
    const diagnostic = reasons.of(address);
    const status = statusIn(diagnostic ?? "") ?? anyStatus;
    return { address, status, ...(diagnostic && { diagnostic }) };
  });
  const inText = (field: string, value: string) =>
    new RegExp(`^${field}:[ \\t]*(${value})`, "im").exec(parts.text)?.[1];
  return {
    recipients,
    messageId: messageId ?? inText("Message-ID", "<[^<>\\s]{1,500}>") ?? null,
    ...sendIn(original?.send, inText("X-Mailfleet-Send", "\\S{1,100}")),
  };
}

const statusIn = (text: string) => /\b5\.\d{1,3}\.\d{1,3}\b/.exec(text)?.[0] ?? null;

/** The first of these that is the id of a send. */
function sendIn(...ids: readonly (string | null | undefined)[]): Pick<Undeliverable, "sendId"> {
  const sendId = ids.find((id) => id && /^sn_[a-z0-9]{4,40}$/.test(id));
  return sendId ? { sendId } : {};
}

/**
 * Why each address was not reached, by a report in plain text: what stands behind it and in the lines below, to an empty
 * one. Where nothing stands there, a line of the server's that names it, or what the report gives as the reason for all.
 */
function reasonsIn(text: string): { of(address: string): string | undefined } {
  const lines = text.split(/\r?\n/);
  const said = new Map<string, number>();
  for (const [n, line] of lines.entries()) {
    const [, address] = /^[ \t]*[<'"]?([^\s<>'"@:;,]{1,64}@[\w.-]{1,188}\w)/.exec(line) ?? [];
    if (address && !said.has(address.toLowerCase())) said.set(address.toLowerCase(), n);
  }
  const beginnings = new Set(said.values());
  const below = (from: number, first: string) => {
    const some = [first];
    for (let n = from + 1; n < lines.length && some.length < MOST_LINES && lines[n]?.trim(); n += 1) {
      if (beginnings.has(n)) break;
      some.push(lines[n] ?? "");
    }
    return some
      .map((line) => line.trim())
      .filter(Boolean)
      .join(" ")
      .slice(0, LONGEST_DIAGNOSTIC);
  };
  const forAll = lines.findIndex((line) => /^(?:technical details of permanent failure|because):/i.test(line.trim()));
  const ofAll = () => {
    const [, first = ""] = lines[forAll]?.split(/:(.*)/s) ?? [];
    const blank = first.trim() === "" && !lines[forAll + 1]?.trim();
    return below(blank ? forAll + 1 : forAll, first);
  };
  return {
    of(address) {
      const at = said.get(address.toLowerCase());
      const behind = /@[\w.-]*\w[>'"]?[ \t]*:?(.*)$/.exec(lines[at ?? -1] ?? "")?.[1] ?? "";
      const own = at === undefined ? "" : below(at, behind);
      const reply = () => lines.find((line) => /^[45]\d\d[ -]/.test(line) && line.includes(address));
      return own || reply()?.trim().slice(0, LONGEST_DIAGNOSTIC) || (forAll >= 0 ? ofAll() : "") || undefined;
    },
  };
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
  const recipients: FailedRecipient[] = [];
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
    const original = addressOf(field("original-recipient") ?? "");
    const address = addressOf(field("final-recipient") ?? "") ?? original;
    // `smtp; 550 5.1.1 no such user` (RFC 3464 §2.3.6)
    const diagnostic = field("diagnostic-code")
      ?.replace(/^[\w-]+\s*;\s*/, "")
      .slice(0, LONGEST_DIAGNOSTIC);
    const forwarded = original !== null && original.toLowerCase() !== address?.toLowerCase();
    if (address !== null)
      recipients.push({ address, ...(forwarded && { original }), status, ...(diagnostic && { diagnostic }) });
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
