import {
  type ConnectOptions,
  type InboundSession,
  type InboundWatch,
  type SourceIdentity,
  sourceOf,
  type WatchOptions,
} from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import { classifyFailure, type FailureContext } from "./classify-failure.ts";
import { dial } from "./dial.ts";
import { examineInbox, type Resync } from "./examine-inbox.ts";
import { readCursor } from "./imap-cursor.ts";
import { imapSession, type OpenInbox, openInbox, resyncAt } from "./imap-session.ts";
import type { Idling, Wire } from "./wire.ts";

/** How long things take; tests have shorter ones. */
export interface WatchLengths {
  /** IDLE begins anew after this. */
  readonly renewMs: number;
  /** A server that has not answered IDLE or DONE by then is gone. */
  readonly answerMs: number;
  /** A server that ends IDLE by itself sooner does not wait. */
  readonly leastMs: number;
}

/**
 * RFC 2177 asks for less than 29 minutes. What lies between forgets a silent connection sooner, and one that is half
 * open is found by the answer that does not come.
 */
const standard: WatchLengths = { renewMs: 9 * 60_000, answerMs: 30_000, leastMs: 5000 };
/** DONE and LOGOUT are a courtesy. */
const closeMs = 1000;
/** How long a session over the connection may go on after the watch was closed. */
const loanMs = 5000;

/**
 * Watches the inbox over a connection of its own: in IDLE (RFC 2177), or with NOOP where the server offers none and
 * `noopMs` asks for it. `null`: neither. Throws `FailureError`.
 */
export async function watchInbox(
  options: ConnectOptions,
  watching: WatchOptions,
  signal: AbortSignal,
  lengths: Partial<WatchLengths> = {},
): Promise<InboundWatch | null> {
  const { answerMs, ...times } = { ...standard, ...lengths };
  const dialled = await dial(options, signal);
  const idles = dialled.client.capabilities.has("IDLE");
  const inbox = await openInbox(dialled, signal);
  const { wire } = inbox;
  if (!idles && watching.noopMs === undefined) {
    await inbox.close();
    return null;
  }
  const failure = failuresOf(wire, dialled.context);
  const stop = () => wire.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    wire.onNews(watching.heard);
    const begin = () => wire.idle(answerMs);
    const idle = idles ? await begin() : null;
    const behind = isBehind(inbox, watching.cursor);
    const { heard, noopMs = 0 } = watching;
    const resync = resyncAt(dialled);
    return keepWatch(wire, {
      account: sourceOf(options),
      resync,
      idle,
      behind,
      begin,
      heard,
      noopMs,
      ...times,
      failure,
    });
  } catch (error) {
    await inbox.close();
    signal.throwIfAborted();
    throw new FailureError(failure(error), { cause: error });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** From here on nothing of the client that signed in is kept: it is far larger than all the rest. */
function keepWatch(
  wire: Wire,
  given: {
    readonly account: SourceIdentity;
    readonly resync: Resync | null;
    readonly idle: Idling | null;
    readonly heard: () => void;
    readonly behind: boolean;
    readonly begin: () => Promise<Idling>;
    readonly noopMs: number;
    readonly renewMs: number;
    readonly leastMs: number;
    readonly failure: (error: unknown) => Failure;
  },
): InboundWatch {
  let closing = false;
  let wake = () => {};
  let loan: Loan | null = null;
  wire.onEnd(() => wake());

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (closing || loan || wire.bye() !== undefined || !wire.alive()) wake();
    });

  /** A server that has said goodbye need not hang up. */
  async function done(ask: () => Promise<void>): Promise<void> {
    if (wire.bye() === undefined) await ask();
    if (wire.bye() !== undefined && !closing) throw Object.assign(new Error("BYE"), { code: "NoConnection" });
  }

  async function waitIn(idle: Idling): Promise<void> {
    const since = performance.now();
    let byItself = false;
    idle.over.then(
      () => {
        byItself = true;
        wake();
      },
      () => {},
    );
    await pause(given.renewMs);
    if (byItself && performance.now() - since < given.leastMs) throw notWaiting();
    await done(() => idle.done());
  }

  async function keep(first: Idling | null): Promise<Failure | null> {
    try {
      for (let idle = first; ; idle = idle && (await given.begin())) {
        if (idle) await waitIn(idle);
        else await pause(given.noopMs);
        if (closing) return null;
        if (loan) {
          loan.begin();
          await loan.over;
          loan = null;
        } else if (!idle) await done(() => wire.noop());
      }
    } catch (error) {
      wire.destroy();
      return closing ? null : given.failure(error);
    }
  }
  async function lend(): Promise<InboundSession | null> {
    if (closing || loan) return null;
    const begun = Promise.withResolvers<true>();
    const over = Promise.withResolvers<void>();
    loan = { begin: () => begun.resolve(true), over: over.promise };
    wake();
    if (!(await Promise.race([begun.promise, ended]))) return null;
    // What EXAMINE says is not an announcement: the session looks for itself.
    wire.onNews(() => {});
    try {
      const inbox = await examineInbox(wire, given.resync);
      const named = (error: unknown) =>
        error instanceof FailureError ? error : new FailureError(given.failure(error), { cause: error });
      const close = async () => over.resolve();
      return imapSession({ ...inbox, wire, failure: named, close }, given.account);
    } catch {
      wire.destroy();
      over.resolve();
      return null;
    } finally {
      wire.onNews(given.heard);
    }
  }

  const by = given.idle ? "idle" : "noop";
  const ended = keep(given.idle);

  return {
    by,
    behind: given.behind,
    lend,
    ended,
    async close() {
      closing = true;
      const late = setTimeout(() => wire.destroy(), loan ? loanMs : closeMs);
      wake();
      await ended;
      clearTimeout(late);
      await wire.close();
    },
  };
}

/** The connection is at work for a session. */
interface Loan {
  /** It is out of IDLE. */
  begin(): void;
  readonly over: Promise<void>;
}

function notWaiting(): FailureError {
  const reply = "the server ended IDLE by itself as soon as it had begun";
  return new FailureError(failureOf("PROTOCOL_ERROR", { command: "IDLE", reply }));
}

function failuresOf(wire: Wire, context: Pick<FailureContext, "host" | "port" | "secrets">) {
  return (error: unknown): Failure => {
    const bye = wire.bye();
    return classifyFailure(error, { ...context, phase: "fetch", ...(bye !== undefined && { bye }) });
  };
}

/** Something may have come since the mailbox was read: the server counts on behind the cursor. */
function isBehind({ exists, uidValidity, uidNext }: OpenInbox, cursor: WatchOptions["cursor"]): boolean {
  if (exists === 0) return false;
  if (cursor === null || Number(cursor.uidValidity) !== uidValidity) return true;
  return uidNext === 0 || uidNext > readCursor(cursor, uidValidity).uid + 1;
}
