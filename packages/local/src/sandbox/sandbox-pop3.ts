import type { Socket } from "node:net";
import { type ImapAccount, listenOn, type SandboxListener } from "./sandbox-imap.ts";

/** One message as this session numbered it. */
interface Numbered {
  readonly raw: string;
  readonly uid: number;
  deleted: boolean;
}

/** What a command may do with the session. */
interface Session {
  account: ImapAccount | null;
  user: string;
  messages: Numbered[];
}

const capabilities = ["CAPA", "TOP", "USER", "UIDL", "PIPELINING", "IMPLEMENTATION Mailfleet sandbox"];
const lines = (...all: readonly string[]) => `${all.map((line) => `${line}\r\n`).join("")}.\r\n`;
/** A dot at the beginning of a line is doubled, and the end is a dot alone (RFC 1939 §3). */
const stuffed = (raw: string) => {
  const whole = raw.endsWith("\r\n") ? raw : `${raw}\r\n`;
  return `${whole.replace(/^\./gm, "..")}.\r\n`;
};

/** The POP3 side (RFC 1939, 2449): the same accounts and inboxes as IMAP's; DELE takes effect at QUIT. */
export function listenPop3(
  accounts: ReadonlyMap<string, ImapAccount>,
  wishedPort: number,
  signedIn: (account: ImapAccount) => void,
): Promise<SandboxListener> {
  return listenOn((socket) => serve(socket, accounts, signedIn), wishedPort);
}

function serve(
  socket: Socket,
  accounts: ReadonlyMap<string, ImapAccount>,
  signedIn: (account: ImapAccount) => void,
): void {
  const session: Session = { account: null, user: "", messages: [] };
  let rest = "";
  socket.write("+OK Mailfleet sandbox ready\r\n");
  socket.on("data", (data) => {
    rest += data.toString("latin1");
    // Nobody sends a command of this length.
    if (rest.length > 65_536) return void socket.destroy();
    const all = rest.split(/\r?\n/);
    rest = all.pop() ?? "";
    for (const line of all) {
      const [verb = "", ...words] = line.split(" ");
      const before = session.account;
      socket.write(answer(verb.toUpperCase(), words, session, accounts), "latin1");
      if (session.account && !before) signedIn(session.account);
      if (verb.toUpperCase() === "QUIT") socket.end();
    }
  });
}

function answer(
  verb: string,
  words: readonly string[],
  session: Session,
  accounts: ReadonlyMap<string, ImapAccount>,
): string {
  const text = words.join(" ");
  if (verb === "CAPA") return `+OK\r\n${lines(...capabilities)}`;
  if (verb === "QUIT") return quit(session);
  if (verb === "NOOP") return "+OK\r\n";
  if (!session.account) {
    if (verb === "USER") {
      session.user = text.toLowerCase();
      return "+OK\r\n";
    }
    if (verb !== "PASS") return "-ERR sign in first\r\n";
    const account = accounts.get(session.user);
    if (account?.password !== text) return "-ERR [AUTH] Invalid user name or password\r\n";
    session.account = account;
    session.messages = account.box.getMailbox("INBOX").messages.map(({ raw, uid }) => ({ raw, uid, deleted: false }));
    return `+OK ${session.messages.length} messages\r\n`;
  }
  return transaction(verb, words, session.messages);
}

function transaction(verb: string, [first, second]: readonly string[], messages: readonly Numbered[]): string {
  const living = () =>
    messages.flatMap((message, index) => (message.deleted ? [] : [{ ...message, number: index + 1 }]));
  const size = () => living().reduce((total, { raw }) => total + raw.length, 0);
  if (verb === "STAT") return `+OK ${living().length} ${size()}\r\n`;
  if (verb === "RSET") {
    for (const message of messages) message.deleted = false;
    return "+OK\r\n";
  }
  if (verb === "LIST" && !first)
    return `+OK\r\n${lines(...living().map(({ number, raw }) => `${number} ${raw.length}`))}`;
  if (verb === "UIDL" && !first) return `+OK\r\n${lines(...living().map(({ number, uid }) => `${number} uid-${uid}`))}`;
  const message = messages[Number(first) - 1];
  if (!message || message.deleted) return "-ERR no such message\r\n";
  switch (verb) {
    case "LIST":
      return `+OK ${first} ${message.raw.length}\r\n`;
    case "UIDL":
      return `+OK ${first} uid-${message.uid}\r\n`;
    case "RETR":
      return `+OK\r\n${stuffed(message.raw)}`;
    case "TOP": {
      const [head = "", ...body] = message.raw.split(/\r?\n\r?\n/);
      const some = body.join("\r\n\r\n").split(/\r?\n/).slice(0, Number(second));
      return `+OK\r\n${stuffed([head, "", ...some].join("\r\n"))}`;
    }
    case "DELE":
      message.deleted = true;
      return "+OK\r\n";
    default:
      return "-ERR unknown command\r\n";
  }
}

/** The update state: what was marked is gone (RFC 1939 §6). */
function quit({ account, messages }: Session): string {
  if (account) {
    const gone = new Set(messages.filter(({ deleted }) => deleted).map(({ uid }) => uid));
    const inbox = account.box.getMailbox("INBOX").messages;
    for (let at = inbox.length - 1; at >= 0; at -= 1) if (gone.has(inbox[at]?.uid ?? 0)) inbox.splice(at, 1);
  }
  return "+OK bye\r\n";
}
