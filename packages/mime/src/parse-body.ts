import { Worker } from "node:worker_threads";

/** What people see of a message: text, HTML, attachments. */
export interface ParsedBody {
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: { filename: string | null; contentType: string; size: number }[];
  /** Why the message could not be parsed; `null` if it could. */
  readonly unparsed: string | null;
}

/** What parsing one message may cost. */
export interface ParseLimits {
  /** From when the thread has loaded its code: how long that takes says nothing about the message. */
  readonly timeoutMs?: number;
  readonly memoryMiB?: number;
}

/** A thread that has not begun by then, e.g. because the machine is frozen, is given up. */
const startMs = 60_000;
/** Threads at the same time. Further messages wait. */
const threads = 2;
let running = 0;
const waiting: (() => void)[] = [];

/**
 * Parses a message in its own thread, which is stopped when it takes too long or too much memory: parsers block for
 * seconds on hostile mail. Never throws because of the message; the reason is in `unparsed`.
 */
export async function parseBody(raw: Uint8Array, limits: ParseLimits = {}): Promise<ParsedBody> {
  if (running >= threads) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await parseInThread(raw, limits.timeoutMs ?? 4000, limits.memoryMiB ?? 256);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

async function parseInThread(raw: Uint8Array, timeoutMs: number, memoryMiB: number): Promise<ParsedBody> {
  const worker = new Worker(new URL("./parse-body-thread.ts", import.meta.url), {
    workerData: raw,
    resourceLimits: { maxOldGenerationSizeMb: memoryMiB, maxYoungGenerationSizeMb: 32 },
    stdout: true,
    stderr: true,
  });
  const { promise, resolve } = Promise.withResolvers<ParsedBody>();
  const unparsed = (reason: string) => resolve({ text: null, html: null, attachments: [], unparsed: reason });
  const within = (ms: number, what: string) => setTimeout(() => unparsed(`${what} took longer than ${ms} ms`), ms);
  let deadline = within(startMs, "the start of the parser");
  worker.once("message", () => {
    clearTimeout(deadline);
    deadline = within(timeoutMs, "parsing");
    worker.once("message", (parsed: ParsedBody) => resolve(parsed));
  });
  worker.once("error", (error: Error & { code?: string }) =>
    unparsed(
      error.code === "ERR_WORKER_OUT_OF_MEMORY"
        ? `parsing took more than ${memoryMiB} MiB of memory`
        : `the message cannot be parsed: ${error.message.slice(0, 200)}`,
    ),
  );
  worker.once("exit", () => unparsed("parsing ended without a result"));
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    await worker.terminate();
  }
}
