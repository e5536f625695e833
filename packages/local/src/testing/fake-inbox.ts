import { type ScriptedConnection, type ScriptedImap, type ScriptedReply, scriptedImap } from "./scripted-imap.ts";

/** A message of a fake inbox. */
export interface FakeMessage {
  readonly uid: number;
  readonly raw: string;
  /** INTERNALDATE, as IMAP writes it. */
  readonly date?: string;
  /** RFC822.SIZE, where it is not its length. */
  readonly size?: number;
}

/** What a test may change while the server runs. */
export interface FakeInbox {
  messages: FakeMessage[];
  uidValidity: number;
  /** `null`: as it should be. */
  uidNext: number | null;
  /** `null`: as many as there are. */
  exists: number | null;
  mailboxId: string | null;
  /** HIGHESTMODSEQ, said where it is asked for (CONDSTORE); `null` or absent: the server does not offer it. */
  modSeq?: string | null;
  /** What it says of changes where it is asked (QRESYNC), in whole lines; `null` or absent: the server does not offer it. */
  changes?: string | null;
  /** Overrides the answer to a command, with `TAG` for its tag. */
  answer: (command: string, connection: ScriptedConnection) => ScriptedReply | undefined;
  /** Changes what it would answer. */
  edit: (reply: string, command: string, connection: ScriptedConnection) => ScriptedReply;
}

const day = "01-Jan-2026 00:00:00 +0000";

/** What is in an inbox, and what a server says of it. */
export type InboxContent = Omit<FakeInbox, "answer" | "edit">;

/** What a server answers to a command about this inbox, as it should be. Sizes and dates of SEARCH are real. */
export function inboxReply(inbox: InboxContent): (tag: string, command: string) => string {
  const isIn = (set: string) => {
    const last = inbox.messages.at(-1)?.uid ?? 0;
    const ranges = set.split(",").map((part) => part.split(":").map((text) => (text === "*" ? last : Number(text))));
    return (uid: number) => ranges.some(([a = 0, b = a]) => uid >= Math.min(a, b) && uid <= Math.max(a, b)) && uid > 0;
  };
  const sizeOf = ({ raw, size = raw.length }: FakeMessage) => size;

  function fetched(command: string, chosen: readonly FakeMessage[]): string {
    const piece = /BODY\.PEEK\[(HEADER)?\](?:<(\d+)\.(\d+)>)?/.exec(command);
    return chosen
      .map((message) => {
        const items = [`UID ${message.uid}`];
        if (command.includes("INTERNALDATE")) items.push(`INTERNALDATE "${message.date ?? day}"`);
        if (command.includes("RFC822.SIZE")) items.push(`RFC822.SIZE ${sizeOf(message)}`);
        if (piece) {
          const [, header, from, length] = piece;
          const whole = header ? message.raw.slice(0, message.raw.indexOf("\r\n\r\n") + 4) : message.raw;
          const text = from === undefined ? whole : whole.slice(Number(from), Number(from) + Number(length));
          items.push(`BODY[${header ?? ""}]${from === undefined ? "" : `<${from}>`} {${text.length}}\r\n${text}`);
        }
        return `* ${inbox.messages.indexOf(message) + 1} FETCH (${items.join(" ")})\r\n`;
      })
      .join("");
  }

  function usual(tag: string, command: string): string {
    const ok = `${tag} OK done\r\n`;
    const [verb = "", second = "", set = ""] = command.split(" ");
    const offersChanges = typeof inbox.changes === "string";
    const offered = `${inbox.modSeq ? " CONDSTORE" : ""}${offersChanges ? " ENABLE QRESYNC" : ""}`;
    if (verb === "CAPABILITY") return `* CAPABILITY IMAP4rev1${offered}\r\n${ok}`;
    if (verb === "EXAMINE") {
      const next = inbox.uidNext ?? (inbox.messages.at(-1)?.uid ?? 0) + 1;
      const id = inbox.mailboxId ? `* OK [MAILBOXID (${inbox.mailboxId})] x\r\n` : "";
      const isAsked = set === "(CONDSTORE)" || set === "(QRESYNC";
      const modSeq = inbox.modSeq && second && isAsked ? `* OK [HIGHESTMODSEQ ${inbox.modSeq}] x\r\n` : "";
      const changes = set === "(QRESYNC" ? (inbox.changes ?? "") : "";
      return `* ${inbox.exists ?? inbox.messages.length} EXISTS\r\n* OK [UIDVALIDITY ${inbox.uidValidity}] x\r\n* OK [UIDNEXT ${next}] x\r\n${id}${modSeq}${changes}${ok}`;
    }
    if (verb === "UID" && second === "SEARCH") {
      const within = isIn(/SEARCH UID (\S+)/.exec(command)?.[1] ?? "1:*");
      const larger = Number(/LARGER (\d+)/.exec(command)?.[1] ?? -1);
      const since = Date.parse(`${/SINCE (\S+)/.exec(command)?.[1] ?? "01-Jan-1970"} UTC`);
      const found = inbox.messages.filter(
        (one) => within(one.uid) && sizeOf(one) > larger && Date.parse(one.date ?? day) >= since,
      );
      return `* SEARCH${found.map(({ uid }) => ` ${uid}`).join("")}\r\n${ok}`;
    }
    if (verb === "UID" && second === "FETCH") {
      const within = isIn(set);
      return `${fetched(
        command,
        inbox.messages.filter(({ uid }) => within(uid)),
      )}${ok}`;
    }
    if (verb === "FETCH") return `${fetched(command, inbox.messages.slice(Number.parseInt(second, 10) - 1))}${ok}`;
    return ok;
  }
  return usual;
}

/** An IMAP server with one inbox, as it should be but for what a test makes of it. */
export async function fakeInbox(given: Partial<FakeInbox> = {}): Promise<{ inbox: FakeInbox; server: ScriptedImap }> {
  const inbox: FakeInbox = {
    ...{ messages: [], uidValidity: 7, uidNext: null, exists: null, mailboxId: null },
    answer: () => undefined,
    edit: (reply) => reply,
    ...given,
  };
  const usual = inboxReply(inbox);
  const reply = (tag: string, command: string, connection: ScriptedConnection): ScriptedReply => {
    const own = inbox.answer(command, connection);
    if (own === undefined) return inbox.edit(usual(tag, command), command, connection);
    if (typeof own !== "string") return own;
    return own.replaceAll("TAG", tag);
  };
  return { inbox, server: await scriptedImap("* OK ready\r\n", reply) };
}
