import { foreignWords } from "@mailfleet/connector-api";
/** One reply of an SMTP server (RFC 5321 §4.2), whole, however many lines it had. */
export interface SmtpReply {
  /** 200 to 599. */
  readonly code: number;
  /** Enhanced status code (RFC 3463), e.g. `5.7.1`; empty if the server gives none. */
  readonly enhanced: string;
  /** The text after the code, one line per line of the reply, including the enhanced code. */
  readonly lines: readonly string[];
  /** As it came, lines joined by blanks and without secrets: evidence. */
  readonly text: string;
}

/** A reply that is read when it is asked: of most only the code counts. */
class ReadReply implements SmtpReply {
  readonly code: number;
  readonly #raw: readonly string[];
  readonly #clean: (text: string) => string;

  constructor(raw: readonly string[], clean: (text: string) => string) {
    this.#raw = raw;
    this.#clean = clean;
    this.code = Number(raw.at(-1)?.slice(0, 3));
  }

  get lines(): readonly string[] {
    return this.#raw.map((line) => line.slice(4).trim());
  }

  get enhanced(): string {
    return /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(this.lines[0] ?? "")?.[1] ?? "";
  }

  get text(): string {
    // Cleaned line by line, so that a secret that is folded over lines is found.
    return this.#clean(this.#raw.slice(0, LINES_SHOWN).join("\n")).replaceAll("\n", " ").slice(0, 2000);
  }
}

/** What the server sent is not an SMTP reply: another protocol, or a broken server. */
export class MalformedReply extends Error {
  readonly received: string;
  constructor(received: string) {
    super("not an SMTP reply");
    this.name = "MalformedReply";
    this.received = foreignWords(received);
  }
}

/** RFC 5321 §4.5.3.1.5 allows 512 octets a line; real servers write more. A server may not fill our memory. */
const LINE_LIMIT = 16_384;
const REPLY_LINES_LIMIT = 500;
/** The first lines are evidence. */
const LINES_SHOWN = 50;
/** What is kept of a line: capabilities, codes and words are shorter. */
const LINE_KEPT = 2048;
const replyLine = /^[2-5]\d\d/;

/** Splits what a server sends into replies. Chunks may end anywhere. Throws `MalformedReply`. */
export class ReplyReader {
  readonly #clean: (text: string) => string;
  #rest = "";
  #lines: string[] = [];

  /** `clean` makes evidence of what came; only text that people read goes through it. */
  constructor(clean: (text: string) => string = (text) => text) {
    this.#clean = clean;
  }

  /** Gives the replies that this chunk completes, also those before something that is none. */
  read(chunk: string, give: (reply: SmtpReply) => void): void {
    const all = this.#rest === "" ? chunk : this.#rest + chunk;
    let from = 0;
    for (let end = all.indexOf("\n"); end >= 0; end = all.indexOf("\n", from)) {
      const line = all.slice(from, all[end - 1] === "\r" ? end - 1 : end);
      from = end + 1;
      if (!replyLine.test(line) || this.#lines.length >= REPLY_LINES_LIMIT) throw new MalformedReply(this.#clean(line));
      this.#lines.push(line.length > LINE_KEPT ? line.slice(0, LINE_KEPT) : line);
      if (line[3] === "-") continue;
      const reply = new ReadReply(this.#lines, this.#clean);
      this.#lines = [];
      give(reply);
    }
    this.#rest = all.slice(from);
    if (this.#rest.length > LINE_LIMIT) throw new MalformedReply(this.#clean(this.#rest));
  }

  /** When nothing more will come: a refusal whose last line has no end. Anything else without an end is cut off. */
  last(): SmtpReply | null {
    if (!/^[45]\d\d(?: |$)/.test(this.#rest)) return null;
    const reply = new ReadReply([...this.#lines, this.#rest.slice(0, LINE_KEPT)], this.#clean);
    this.#rest = "";
    return reply;
  }

  /** True if no received bytes are left over. Any would be an injection before STARTTLS. */
  get isEmpty(): boolean {
    return this.#rest === "" && this.#lines.length === 0;
  }
}
