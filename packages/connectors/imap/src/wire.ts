import type { Socket } from "node:net";
import { type FetchResponse, readFetchResponse } from "./fetch-response.ts";
import { createResponseReader, type RawResponse } from "./response-reader.ts";
import { countOfSet } from "./uid-set.ts";

/** A signed-in connection, reduced to what reading messages needs. */
export interface Wire {
  /** Passes on the first line of each untagged response. Resolves when the server is done. */
  ask(command: string, each: (line: string) => void): Promise<void>;
  /** Matching UIDs, ascending. `criteria` as in RFC 9051 §6.4.4. */
  search(criteria: string): Promise<number[]>;
  /** Passes on each FETCH response as it arrives, asked for or not. Resolves when the server is done. */
  fetch(uids: string, items: string, each: (response: FetchResponse) => void): Promise<void>;
  /** UIDs of the messages from this position in the mailbox to its end, ascending. */
  uidsFrom(position: number): Promise<number[]>;
  /** False once the connection has ended: what was refused before was the server's word, not the end. */
  alive(): boolean;
  /**
   * How many messages the mailbox has, as the server last said (EXISTS, RFC 9051 §7.4.1), and how many it has said are
   * gone since the mailbox was opened (EXPUNGE, §7.5.1; VANISHED).
   */
  counts(): { readonly exists: number; readonly expunged: number };
  /** Calls back once for each piece of the stream that says that there is more, or other, mail than before. */
  onNews(heard: () => void): void;
  /** Calls back when the server ends the session (BYE) or the connection ends, also where it has ended already. */
  onEnd(over: () => void): void;
  /**
   * IDLE (RFC 2177): resolves when the server waits, rejects where it refuses. `done` ends it. The connection ends
   * where the server has answered neither within `answerMs`.
   */
  idle(answerMs: number): Promise<Idling>;
  /** NOOP: a server without IDLE tells its news then (RFC 9051 §6.1.2). */
  noop(): Promise<void>;
  /** The server's words when it ended the session, if it did. */
  bye(): string | undefined;
  /** LOGOUT, with a short time limit. Never throws. */
  close(): Promise<void>;
  /** At once, whatever is under way. */
  destroy(): void;
}

/** A connection in IDLE. */
export interface Idling {
  /** Resolves when it is over: after `done`, or because the server ended it by itself. */
  readonly over: Promise<void>;
  done(): Promise<void>;
}

const LOGOUT_MS = 1000;
/** A command that is not done by then never ends, whatever the server says in between. A portion takes seconds. */
const COMMAND_MS = 600_000;
/** After this many bytes and responses without the end of any command, the answer has no end. */
const COMMAND_BYTES = 256 * 1024 * 1024;
const COMMAND_RESPONSES = 1_200_000;
/** How many UIDs an answer to SEARCH may hold. */
const FOUND_LIMIT = 1_000_000;
const LARGEST_UID = 0xffff_ffff;

interface Waiting {
  readonly command: string;
  readonly untagged: (response: RawResponse) => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Speaks IMAP on a socket that is signed in already. The connection ends when the server is silent for `silenceMs`
 * inside a command, or a command takes longer than `commandMs`. Commands are written at once, even while others are
 * being answered: the server takes them in order (RFC 9051 §5.5). Errors look like imapflow's, so that both are
 * classified alike.
 */
export function createWire(socket: Socket, silenceMs: number, commandMs = COMMAND_MS): Wire {
  const waiting = new Map<string, Waiting>();
  let tags = 0;
  let counts: Counts = { exists: 0, expunged: 0, recent: 0 };
  let heard: (() => void) | undefined;
  let over: (() => void) | undefined;
  let continued: (() => void) | undefined;
  let idling = false;
  /** Since a command was done. */
  let bytes = 0;
  let responses = 0;
  let bye: string | undefined;
  let ended: Error | undefined;

  const end = (error: Error) => {
    ended ??= error;
    socket.destroy();
    for (const one of waiting.values()) one.reject(ended);
    waiting.clear();
    over?.();
  };
  const lost = () => end(Object.assign(new Error("the connection was closed"), { code: "NoConnection" }));

  const handle = (response: RawResponse) => {
    const first = response.text[0] ?? "";
    responses += 1;
    if (responses > COMMAND_RESPONSES) throw endless(`${COMMAND_RESPONSES} responses`);
    if (first.startsWith("* ")) {
      if (/^\* BYE/i.test(first)) {
        bye = first.slice(5).trim();
        over?.();
      } else if (response.literals.length === 0) counts = countAfter(first, counts);
      // Untagged answers do not name their command: each command under way picks its own.
      for (const one of waiting.values()) one.untagged(response);
      return;
    }
    if (first.startsWith("+")) return continued?.();
    const space = first.indexOf(" ");
    const one = waiting.get(first.slice(0, space));
    if (!one) return;
    waiting.delete(first.slice(0, space));
    bytes = 0;
    responses = 0;
    const [status = "", ...words] = first.slice(space + 1).split(" ");
    const reason = words.join(" ");
    // Exchange: some messages were deleted meanwhile. We compare what came with what we asked for in any case.
    const gone = /requested messages no longer exist/i.test(reason);
    if (/^OK$/i.test(status) || (/^NO$/i.test(status) && gone)) one.resolve();
    else one.reject(refused(one.command, status.toUpperCase(), reason));
  };
  const read = createResponseReader(handle);

  socket.on("data", (data: Buffer) => {
    const before = counts;
    bytes += data.length;
    try {
      if (bytes > COMMAND_BYTES) throw endless(`${COMMAND_BYTES} bytes`);
      read(data);
    } catch (error) {
      return end(error as Error);
    }
    if (heard && isNews(before, counts)) heard();
  });
  socket.on("error", end);
  socket.on("end", lost);
  socket.on("close", lost);
  socket.setTimeout(silenceMs, () => {
    // Between commands, and while both wait, silence is normal.
    if (waiting.size > 0 && !idling) end(Object.assign(new Error("the server fell silent"), { code: "ETIMEOUT" }));
  });
  socket.resume();

  const send = (command: string, untagged: Waiting["untagged"] = () => {}) =>
    new Promise<void>((resolve, reject) => {
      if (ended) return reject(ended);
      tags += 1;
      waiting.set(`M${tags}`, { command, untagged, resolve, reject });
      socket.write(`M${tags} ${command}\r\n`);
    });
  /** What takes longer ends the connection. */
  const within = async <Result>(ms: number, command: string, answer: Promise<Result>): Promise<Result> => {
    const late = setTimeout(
      () => end(Object.assign(new Error(`no end of ${command.slice(0, 30)}`), { code: "ETIMEOUT" })),
      ms,
    );
    try {
      return await answer;
    } finally {
      clearTimeout(late);
    }
  };
  const run = (command: string, untagged?: Waiting["untagged"]) => within(commandMs, command, send(command, untagged));

  return {
    async search(criteria) {
      const found: number[] = [];
      await run(`UID SEARCH ${criteria}`, ({ text }) => {
        if (/^\* SEARCH /i.test(text[0] ?? "")) readNumbers(text[0] as string, "* SEARCH ".length, found);
      });
      return ascending(found);
    },
    async uidsFrom(position) {
      const found: number[] = [];
      await run(`FETCH ${position}:* (UID)`, (response) => {
        const uid = readFetchResponse(response)?.uid;
        if (uid) add(uid, found);
      });
      return ascending(found);
    },
    ask: (command, each) => run(command, ({ text }) => each(text[0] ?? "")),
    fetch: (uids, items, each) =>
      run(`UID FETCH ${uids} (${items})`, (response) => {
        const fetched = readFetchResponse(response);
        if (fetched) each(fetched);
      }),
    onNews(listener) {
      heard = listener;
    },
    onEnd(listener) {
      over = listener;
      if (ended) listener();
    },
    async idle(answerMs) {
      const waits = new Promise<true>((resolve) => {
        continued = () => resolve(true);
      });
      idling = true;
      const ending = send("IDLE").finally(() => {
        idling = false;
      });
      ending.catch(() => {});
      const waited = await within(answerMs, "IDLE", Promise.race([waits, ending]));
      if (!waited) throw refused("IDLE", "BAD", "the server ended IDLE as soon as it had begun");
      return {
        over: ending,
        done() {
          if (idling) socket.write("DONE\r\n");
          return within(answerMs, "DONE", ending);
        },
      };
    },
    noop: () => run("NOOP"),
    alive: () => ended === undefined,
    counts: () => counts,
    bye: () => bye,
    async close() {
      const late = setTimeout(() => socket.destroy(), LOGOUT_MS);
      await run("LOGOUT").catch(() => {});
      clearTimeout(late);
      socket.destroy();
    },
    destroy: () => lost(),
  };
}

function endless(what: string): Error {
  return Object.assign(new Error(`the server sent more than ${what} and no end`), { code: "ResponseTooLarge" });
}

function ascending(uids: number[]): number[] {
  uids.sort((a, b) => a - b);
  return uids.filter((uid, at) => uid !== uids[at - 1]);
}

/** Adds the numbers from `at` on, up to the first thing that is none. Nothing else of a long line is copied. */
function readNumbers(line: string, at: number, found: number[]): void {
  let number = -1;
  for (let index = at; index <= line.length; index += 1) {
    const digit = line.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) {
      number = Math.max(number, 0) * 10 + digit;
      continue;
    }
    if (number > LARGEST_UID) return;
    if (number >= 0) add(number, found);
    if (line[index] !== " ") return;
    number = -1;
  }
}

function add(uid: number, found: number[]): void {
  found.push(uid);
  if (found.length > FOUND_LIMIT)
    throw Object.assign(new Error(`the server lists more than ${FOUND_LIMIT} messages`), { code: "ResponseTooLarge" });
}

interface Counts {
  readonly exists: number;
  readonly expunged: number;
  readonly recent: number;
}

function countAfter(line: string, before: Counts): Counts {
  // Instead of EXPUNGE, once QRESYNC is enabled (RFC 7162 §3.2.10.2).
  const gone = /^\* VANISHED ([\d:,]+)$/i.exec(line)?.[1];
  if (gone !== undefined) {
    const count = countOfSet(gone) ?? 0;
    return { ...before, exists: Math.max(0, before.exists - count), expunged: before.expunged + count };
  }
  const [, number, word] = /^\* (\d{1,10}) (EXISTS|EXPUNGE|RECENT)$/i.exec(line) ?? [];
  switch (word?.toUpperCase()) {
    case "EXISTS":
      return { ...before, exists: Number(number) };
    case "RECENT":
      return { ...before, recent: Number(number) };
    case "EXPUNGE":
      return { ...before, exists: Math.max(0, before.exists - 1), expunged: before.expunged + 1 };
    default:
      return before;
  }
}

/**
 * Another number than is left after what went; some servers say no more than that something is recent. What goes brings
 * no mail, and a number that is only repeated, as a sign of life, is nothing new.
 */
function isNews(before: Counts, after: Counts): boolean {
  const left = Math.max(0, before.exists - (after.expunged - before.expunged));
  return after.exists !== left || after.recent > before.recent;
}

function refused(command: string, responseStatus: string, text: string): Error {
  const serverResponseCode = /^\[([A-Z0-9-]{1,100})/i.exec(text)?.[1];
  return Object.assign(new Error("the command was refused"), {
    responseStatus,
    response: text,
    executedCommand: `- ${command}`,
    ...(serverResponseCode && { serverResponseCode }),
  });
}
