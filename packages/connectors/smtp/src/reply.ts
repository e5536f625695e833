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

/** What the server sent is not an SMTP reply: another protocol, or a broken server. */
export class MalformedReply extends Error {
  readonly received: string;
  constructor(received: string) {
    super("not an SMTP reply");
    this.name = "MalformedReply";
    this.received = received.slice(0, 200);
  }
}

/** RFC 5321 §4.5.3.1.5 allows 512 octets a line; real servers write more. A server may not fill our memory. */
const LINE_LIMIT = 16_384;
const REPLY_LINES_LIMIT = 500;
const replyLine = /^([2-5]\d\d)([- ]?)(.*)$/s;

/** Splits what a server sends into replies. Chunks may end anywhere. Throws `MalformedReply`. */
export class ReplyReader {
  readonly #clean: (text: string) => string;
  #rest = "";
  #lines: string[] = [];

  /** `clean` makes evidence of what came; only text that people read goes through it. */
  constructor(clean: (text: string) => string = (text) => text) {
    this.#clean = clean;
  }

  /** The replies that this chunk completes. */
  read(chunk: string): SmtpReply[] {
    const replies: SmtpReply[] = [];
    this.#rest += chunk;
    let from = 0;
    for (let end = this.#rest.indexOf("\n"); end >= 0; end = this.#rest.indexOf("\n", from)) {
      const line = this.#rest.slice(from, this.#rest[end - 1] === "\r" ? end - 1 : end);
      from = end + 1;
      const match = replyLine.exec(line);
      if (!match || this.#lines.length >= REPLY_LINES_LIMIT) throw new MalformedReply(this.#clean(line));
      this.#lines.push(line);
      if (match[2] === "-") continue;
      const reply = replyOf(this.#lines);
      // Cleaned line by line, so that a secret that is folded over lines is found.
      replies.push({ ...reply, text: this.#clean(this.#lines.join("\n")).replaceAll("\n", " ").slice(0, 2000) });
      this.#lines = [];
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length > LINE_LIMIT) throw new MalformedReply(this.#clean(this.#rest));
    return replies;
  }

  /** True if no received bytes are left over. Any would be an injection before STARTTLS. */
  get isEmpty(): boolean {
    return this.#rest === "" && this.#lines.length === 0;
  }
}

/** A reply from its lines, each beginning with the code. */
export function replyOf(rawLines: readonly string[]): SmtpReply {
  const code = Number(rawLines.at(-1)?.slice(0, 3));
  const lines = rawLines.map((line) => line.slice(4).trim());
  const enhanced = /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(lines[0] ?? "")?.[1] ?? "";
  return { code, enhanced, lines, text: rawLines.join(" ") };
}
