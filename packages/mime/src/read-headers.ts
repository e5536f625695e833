import type { MailAddress } from "@mailfleet/contracts";
import { parseAddresses } from "./addresses.ts";
import { headerBlock } from "./header-block.ts";
import { headerText, shownText, unfold } from "./header-value.ts";
import { parseDate } from "./parse-date.ts";

/** What Mailfleet reads from a message without parsing it. Absent fields are `null`, or empty lists. */
export interface MessageHeaders {
  /** With angle brackets if it has them. */
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly from: MailAddress[];
  /** At most `addressLimit`; groups are opened, an empty one gives nothing. */
  readonly to: MailAddress[];
  readonly cc: MailAddress[];
  /** How many addresses To and Cc have in all. */
  readonly recipients: number;
  /** Milliseconds since the epoch, negative before 1970; `null` if absent or not a date. */
  readonly date: number | null;
  readonly hasDate: boolean;
  /** With its parameters, unfolded. */
  readonly contentType: string | null;
  /** Exchange's kind of a message, such as `urn:content-classes:dsn`. */
  readonly contentClass: string | null;
  /** X-Failed-Recipients of Exim and Gmail: whom a message did not reach. */
  readonly failedRecipients: string | null;
  /** RFC 3834 §5. */
  readonly autoSubmitted: string | null;
  /** Of lists and automatic answers: `bulk`, `list`, `auto_reply`; older than RFC 3834. */
  readonly precedence: string | null;
  /** RFC 2919. */
  readonly listId: string | null;
  /** The sender of the envelope; `<>`: nobody wants to hear that it could not be delivered (RFC 5321 §4.5.5). */
  readonly returnPath: string | null;
  /** What Exchange is asked not to answer: X-Auto-Response-Suppress. */
  readonly suppress: string | null;
  /** X-Autoreply or X-Autorespond. */
  readonly autoreply: string | null;
  /** Message-ID of what it answers. */
  readonly inReplyTo: string | null;
  /** Message-IDs of what it answers, with angle brackets, the nearest first: of In-Reply-To, then of References from its end. */
  readonly answersTo: string[];
  /** Value of X-Mailfleet-Probe, see `readProbeMark`. */
  readonly probe: string | null;
  /** Value of X-Mailfleet-Send. */
  readonly send: string | null;
  /** Why nothing can be read of the message; `null` if anything can. */
  readonly unparsed: string | null;
}

/** Addresses that are kept of a field, so that lists of messages stay small. Raw messages have them all. */
export const addressLimit = 50;

/** Longest text that is kept. */
const limits = { id: 998, subject: 2000, type: 1000, list: 4000, mark: 200 } as const;

/** The fields we read. */
const wanted = new Set([
  ...["message-id", "subject", "from", "to", "cc", "date", "content-type"],
  ...["content-class", "x-failed-recipients"],
  ...["auto-submitted", "x-mailfleet-probe", "x-mailfleet-send"],
  ...["precedence", "list-id", "return-path", "x-auto-response-suppress", "x-autoreply", "x-autorespond"],
  ...["in-reply-to", "references"],
]);
/** Of these all fields count; of the others the first. */
const lists = new Set(["to", "cc"]);
/** Lengths of these names: most lines are skipped without comparing a character. */
const wantedLengths = new Set([...wanted].map((name) => name.length));
const longestName = Math.max(...wantedLengths);

/**
 * Reads the header block of a raw message. Never throws: a line that is no field is passed over. If a field comes twice,
 * the first counts, but of To and Cc all.
 */
export function readHeaders(raw: Uint8Array): MessageHeaders {
  const { text } = headerBlock(raw);
  const fields: Record<string, string> = {};
  let fieldCount = 0;
  for (let at = 0; at < text.length; ) {
    // A field continues as long as the next line begins with a space or tab.
    let end = text.indexOf("\n", at);
    while (end >= 0 && (text.charCodeAt(end + 1) === 32 || text.charCodeAt(end + 1) === 9))
      end = text.indexOf("\n", end + 1);
    if (end < 0) end = text.length;
    const colon = text.indexOf(":", at);
    if (colon > at && colon < end) {
      const nameEnd = withoutBlanks(text, at, colon);
      const length = nameEnd - at;
      fieldCount += 1;
      if (length <= longestName && wantedLengths.has(length)) {
        const name = text.slice(at, nameEnd).toLowerCase();
        if (wanted.has(name)) {
          const value = text.slice(colon + 1, end);
          const before = fields[name];
          if (before === undefined) fields[name] = value;
          else if (lists.has(name)) fields[name] = `${before},${value}`;
        }
      }
    }
    at = end + 1;
  }
  const fallback = declaredCharset(fields["content-type"]);
  const short = (name: string, limit: number = limits.mark) =>
    (fields[name] !== undefined && headerText(fields[name], limit, fallback)) || null;
  const addresses = (name: string) => (fields[name] === undefined ? nobody : readAddresses(fields[name], fallback));
  const [from, to, cc] = [addresses("from"), addresses("to"), addresses("cc")];
  return {
    messageId: short("message-id", limits.id),
    subject: fields.subject === undefined ? null : headerText(fields.subject, limits.subject, fallback),
    from: from.list,
    to: to.list,
    cc: cc.list,
    recipients: to.count + cc.count,
    date: fields.date === undefined ? null : parseDate(shownText(unfold(fields.date), limits.mark)),
    hasDate: fields.date !== undefined,
    contentType: short("content-type", limits.type),
    contentClass: short("content-class"),
    failedRecipients: short("x-failed-recipients", limits.list),
    autoSubmitted: short("auto-submitted"),
    precedence: short("precedence"),
    listId: short("list-id"),
    returnPath: short("return-path"),
    suppress: short("x-auto-response-suppress"),
    autoreply: short("x-autoreply") ?? short("x-autorespond"),
    inReplyTo: short("in-reply-to", limits.id),
    answersTo: answered(fields["in-reply-to"], fields.references),
    probe: short("x-mailfleet-probe"),
    send: short("x-mailfleet-send"),
    unparsed: raw.byteLength === 0 ? "the message is empty" : fieldCount === 0 ? "there is no header field" : null,
  };
}

/** So much of the end of a long field is read, and so many ids are kept. */
const READ_IDS = 8192;
const MOST_IDS = 10;

/** What people write there beside ids, such as "your message of Monday", names nothing (RFC 5322 §4.5.4). */
function answered(inReplyTo = "", references = ""): string[] {
  if (inReplyTo === "" && references === "") return nothing;
  const ids = (value: string) => unfold(value.slice(-READ_IDS)).match(/<[^<>\s]{1,500}>/g) ?? [];
  return [...new Set([...ids(inReplyTo), ...ids(references).reverse()])].slice(0, MOST_IDS);
}

const nothing: string[] = [];
const nobody: { list: MailAddress[]; count: number } = { list: [], count: 0 };

function readAddresses(value: string, fallback: string | undefined) {
  const { list, count } = parseAddresses(unfold(value), addressLimit, fallback);
  return { list: list.filter(({ name, address }) => name !== null || address !== null), count };
}

/** Blanks before the colon are obsolete (RFC 5322 §4.5). */
function withoutBlanks(text: string, from: number, colon: number): number {
  let end = colon;
  while (end > from && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9)) end -= 1;
  return end;
}

/** The charset of the text: the best guess for 8-bit bytes that the header holds against RFC 5322. */
function declaredCharset(contentType: string | undefined): string | undefined {
  const [, charset] = /;\s*charset\s*=\s*"?([\w.:-]{2,40})/i.exec((contentType ?? "").slice(0, 4096)) ?? [];
  return charset && !/^(?:us-ascii|utf-?8|iso-8859-1)$/i.test(charset) ? charset : undefined;
}
