import type { ConnectOptions, InboundWatch, WatchOptions } from "@mailfleet/connector-api";
import { type Failure, FailureError } from "@mailfleet/contracts";
import { classifyFailure, type FailureContext } from "./classify-failure.ts";
import { dial } from "./dial.ts";
import { readCursor } from "./imap-cursor.ts";
import { type OpenInbox, openInbox } from "./imap-session.ts";
import type { Idling, Wire } from "./wire.ts";

/** How long things take; tests have shorter ones. */
export interface WatchLengths {
  /** IDLE begins anew after this. */
  readonly renewMs: number;
  /** A server that has not answered IDLE or DONE by then is gone. */
  readonly answerMs: number;
}

/**
 * RFC 2177 asks for less than 29 minutes. What lies between forgets a silent connection sooner, and one that is half open
 * is found by the answer that does not come.
 */
const standard: WatchLengths = { renewMs: 9 * 60_000, answerMs: 30_000 };

/**
 * Watches the inbox over a connection of its own: in IDLE (RFC 2177), or with NOOP where the server offers none and
 * `noopMs` asks for it. `null`: neither. Throws `FailureError`.
 */
export async function watchInbox(
  options: ConnectOptions,
  watching: WatchOptions,
  signal: AbortSignal,
  lengths = standard,
): Promise<InboundWatch | null> {
  const dialled = await dial(options, signal);
  const idles = dialled.client.capabilities.has("IDLE");
  const inbox = await openInbox(dialled, signal);
  const { wire } = inbox;
  if (!idles && watching.noopMs === undefined) {
    await inbox.close();
    return null;
  }
  const failure = failuresOf(wire, dialled.context);
  try {
    const idle = idles ? await wire.idle(lengths.answerMs) : null;
    if (isBehind(inbox, watching.cursor)) watching.heard();
    return keepWatch(wire, { idle, watching, lengths, failure });
  } catch (error) {
    await inbox.close();
    signal.throwIfAborted();
    throw new FailureError(failure(error), { cause: error });
  }
}

/** From here on nothing of the client that signed in is kept: it is far larger than all the rest. */
function keepWatch(
  wire: Wire,
  given: {
    readonly idle: Idling | null;
    readonly watching: WatchOptions;
    readonly lengths: WatchLengths;
    readonly failure: (error: unknown) => Failure;
  },
): InboundWatch {
  const { lengths, failure } = given;
  const { heard, noopMs = 0 } = given.watching;
  let { idle } = given;
  let closing = false;
  let wake = () => {};
  wire.onNews(heard);
  wire.onEnd(() => wake());

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (closing || !wire.alive()) wake();
    });

  async function keep(): Promise<Failure | null> {
    try {
      for (;;) {
        await pause(idle ? lengths.renewMs : noopMs);
        await idle?.done();
        if (closing) return null;
        if (idle) idle = await wire.idle(lengths.answerMs);
        else await wire.noop();
      }
    } catch (error) {
      wire.destroy();
      return closing ? null : failure(error);
    }
  }
  const by = idle ? "idle" : "noop";
  const ended = keep();

  return {
    by,
    ended,
    async close() {
      closing = true;
      wake();
      await ended;
      await wire.close();
    },
  };
}

function failuresOf(wire: Wire, context: Pick<FailureContext, "host" | "port" | "secrets">) {
  return (error: unknown): Failure => {
    const bye = wire.bye();
    return classifyFailure(error, { ...context, phase: "fetch", ...(bye !== undefined && { bye }) });
  };
}

/** Something may have come since the mailbox was read: the server counts on behind the cursor. */
function isBehind({ uidValidity, uidNext }: OpenInbox, cursor: WatchOptions["cursor"]): boolean {
  if (cursor === null || Number(cursor.uidValidity) !== uidValidity) return true;
  return uidNext === 0 || uidNext > readCursor(cursor, uidValidity).uid + 1;
}
