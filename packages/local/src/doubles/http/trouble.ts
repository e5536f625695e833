import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

/** What goes wrong with the next requests. */
export interface Trouble {
  /** Only requests whose path contains this; all if absent. */
  readonly path?: string;
  /** Answered instead of doing anything. Absent: the request is served, late with `delayMs`, unheard with `cutOff`. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or a value to be sent as JSON; absent: what the service says with this status. */
  readonly body?: unknown;
  readonly delayMs?: number;
  /** The connection ends in the middle of the answer; without `status` the request was carried out before. */
  readonly cutOff?: boolean;
  /** For how many requests; 1 by default. */
  readonly times?: number;
}

/** Troubles that wait for their request, in the order in which they were asked for. */
export interface Troubles {
  add(trouble: Trouble): void;
  /** The trouble for a request to this path, counted down; `undefined`: all is well. */
  take(path: string): Trouble | undefined;
}

export function waitingTroubles(): Troubles {
  const waiting: { trouble: Trouble; left: number }[] = [];
  return {
    add: (trouble) => {
      waiting.push({ trouble, left: trouble.times ?? 1 });
    },
    take: (path) => {
      const at = waiting.findIndex(({ trouble }) => trouble.path === undefined || path.includes(trouble.path));
      const found = waiting[at];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting.splice(at, 1);
      return found.trouble;
    },
  };
}

/**
 * Plays the trouble. True: the request is answered or its connection gone; false: serve it now (late, or with an answer
 * that nobody will hear). `usualBody` is what the service says with that status.
 */
export async function playTrouble(
  trouble: Trouble,
  response: ServerResponse,
  usualBody: (status: number) => unknown,
): Promise<boolean> {
  if (trouble.delayMs) await unlessGone(response, trouble.delayMs);
  if (response.destroyed) return true;
  if (trouble.status === undefined) {
    if (trouble.cutOff) loseAnswer(response);
    return false;
  }
  const body = trouble.body ?? usualBody(trouble.status);
  const text = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  response.writeHead(trouble.status, {
    "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
    "content-length": text.length,
    ...trouble.headers,
  });
  if (!trouble.cutOff) {
    response.end(text);
    return true;
  }
  // With a flush in between the client sees headers and a part of the body, and not just a reset.
  await new Promise<void>((resolve) => response.write(text.subarray(0, text.length >> 1), () => resolve()));
  response.destroy();
  return true;
}

/** Waits, but not for a client that has gone: a double that is stopped must not keep its process alive. */
async function unlessGone(response: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once("close", leave);
  await wait(ms, undefined, { signal: gone.signal }).catch(() => undefined);
  response.off("close", leave);
}

/** The work is done, its answer never arrives: what a client must not take for a failure. */
function loseAnswer(response: ServerResponse): void {
  response.writeHead = () => response;
  response.write = () => true;
  response.end = () => {
    response.destroy();
    return response;
  };
}
