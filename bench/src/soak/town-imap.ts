import type { Socket } from "node:net";
import type { TownAccount } from "./town-account.ts";

const capabilities = "* CAPABILITY IMAP4rev1 IDLE\r\n";

/**
 * Serves one connection: sign-in with any password, the inbox, IDLE (RFC 2177). `ended` is told of each session that
 * was never in IDLE, and when it began.
 */
export function serveImap(
  socket: Socket,
  accountOf: (address: string) => TownAccount,
  ended: (account: TownAccount, startedAt: number) => void,
): void {
  const startedAt = Date.now();
  let account: TownAccount | null = null;
  let idlingTag: string | null = null;
  let wasIdle = false;
  let rest = "";
  const write = (text: string) => void socket.write(text, "latin1");
  const told = (exists: number) => write(`* ${exists} EXISTS\r\n`);

  const endIdle = () => {
    if (!account || idlingTag === null) return;
    account.listeners.delete(told);
    account.idling -= 1;
    write(`${idlingTag} OK done\r\n`);
    idlingTag = null;
  };
  const answer = (line: string) => {
    if (idlingTag !== null) return endIdle();
    const [, tag = "*", command = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
    const verb = command.split(" ", 1)[0]?.toUpperCase();
    if (verb === "CAPABILITY") return write(`${capabilities}${tag} OK done\r\n`);
    const user = userOf(command);
    if (user !== null) {
      account = accountOf(user);
      return write(`${tag} OK signed in\r\n`);
    }
    if (verb === "LOGOUT") return void socket.end(`* BYE\r\n${tag} OK done\r\n`);
    if (verb === "IDLE" && account) {
      [idlingTag, wasIdle, account.watched] = [tag, true, true];
      account.idling += 1;
      account.listeners.add(told);
      return write("+ waiting\r\n");
    }
    write(account ? account.reply(tag, command) : `${tag} OK done\r\n`);
  };

  socket.on("error", () => {});
  socket.on("close", () => {
    if (idlingTag !== null) endIdle();
    if (account && !wasIdle) ended(account, startedAt);
  });
  socket.on("data", (data) => {
    const lines = (rest + data.toString("latin1")).split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) answer(line);
  });
  write("* OK ready\r\n");
}

/** Who signs in with this command; `null`: it is another one. */
const userOf = (command: string) => /^LOGIN "?([^" ]+)/i.exec(command)?.[1] ?? null;
