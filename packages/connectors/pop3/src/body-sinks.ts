import { createHash } from "node:crypto";
import type { ReadBytes } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";

/** Receives one multi-line answer. */
export interface BodySink {
  piece(bytes: Buffer): void;
  end(): void;
  /** The connection ended before the answer did. */
  fail(error: unknown): void;
}

/** An answer that is held whole. */
export interface Collected extends BodySink {
  /** All of it. Read this when the command has been answered. */
  bytes(): Buffer;
}

/** Holds an answer whole. `held` is told of every byte, so that all answers together can be limited. */
export function collect(held: (bytes: number) => void = () => {}): Collected {
  const pieces: Buffer[] = [];
  return {
    piece(bytes) {
      pieces.push(bytes);
      held(bytes.length);
    },
    end() {},
    fail() {},
    bytes: () => (pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)),
  };
}

/** Holds an answer whole that may have at most `limit` bytes. Throws ANSWER_TOO_LARGE while it arrives. */
export function collectAtMost(limit: number, command: string): Collected {
  let length = 0;
  return collect((bytes) => {
    length += bytes;
    if (length > limit)
      throw new FailureError(failureOf("ANSWER_TOO_LARGE", { command, reply: `more than ${limit} bytes` }));
  });
}

/** Holds nothing, and knows what came. */
export function weigh(): BodySink & { read(): ReadBytes } {
  const sha256 = createHash("sha256");
  let length = 0;
  return {
    piece(bytes) {
      length += bytes.length;
      sha256.update(bytes);
    },
    end() {},
    fail() {},
    read: () => ({ bytes: length, sha256: () => sha256.digest("base64") }),
  };
}

/** Holds the first `limit` bytes of an answer and drops the rest. */
export function collectHead(limit: number): Collected {
  const pieces: Buffer[] = [];
  let length = 0;
  return {
    piece(bytes) {
      if (length >= limit) return;
      // Copied, so that a few bytes do not keep their whole chunk in memory.
      pieces.push(Buffer.from(bytes.subarray(0, limit - length)));
      length += bytes.length;
    },
    end() {},
    fail() {},
    bytes: () => Buffer.concat(pieces),
  };
}

/** An answer that is read as it arrives. */
export interface Streamed extends BodySink {
  /** The first bytes, once `enough` accepts them or the answer ends. They stay in the stream. */
  head(enough: (bytes: Buffer) => boolean): Promise<Buffer>;
  /** The whole answer in pieces, once. Stopping early drops the rest. */
  pieces(): AsyncGenerator<Buffer>;
  /** Drops the rest. */
  discard(): void;
  /** Resolves when nobody waits for it any more: it was read to its end, dropped, or it failed. */
  readonly closed: Promise<void>;
}

/** How many bytes may wait for their reader before the server must wait. */
const HIGH_WATER = 1024 * 1024;

/**
 * Streams an answer. `pause` stops the server from sending, or lets it continue; `atEnd` looks at what came before its
 * reader meets the end, and may throw what the reader meets instead.
 */
export function stream(
  pause: (paused: boolean) => void,
  atEnd: (read: ReadBytes) => Promise<void> = async () => {},
): Streamed {
  const queue: Buffer[] = [];
  const sha256 = createHash("sha256");
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  let waiting = 0;
  let came = 0;
  let state: "open" | "ended" | "failed" | "discarded" = "open";
  let error: unknown;
  let ended = false;
  let wake = Promise.withResolvers<void>();
  const notify = () => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const discard = () => {
    if (state === "failed") return;
    state = "discarded";
    queue.length = 0;
    waiting = 0;
    if (!ended) pause(false);
    close();
    notify();
  };

  return {
    closed,
    piece(bytes) {
      came += bytes.length;
      if (state === "discarded") return;
      sha256.update(bytes);
      queue.push(bytes);
      waiting += bytes.length;
      if (waiting > HIGH_WATER) pause(true);
      notify();
    },
    end() {
      ended = true;
      // Bytes after the end belong to the next answer.
      pause(false);
      if (state === "open") state = "ended";
      notify();
    },
    fail(reason) {
      if (state === "open") {
        state = "failed";
        error = reason;
      }
      close();
      notify();
    },
    async head(enough) {
      for (;;) {
        const bytes = queue.length === 1 ? (queue[0] as Buffer) : Buffer.concat(queue);
        if (state !== "open" || waiting > HIGH_WATER || enough(bytes)) return bytes;
        await wake.promise;
      }
    },
    async *pieces() {
      try {
        for (;;) {
          const next = queue.shift();
          if (next) {
            waiting -= next.length;
            if (waiting <= HIGH_WATER / 2 && !ended) pause(false);
            yield next;
          } else if (state === "failed") throw error;
          else if (state === "ended") return await atEnd({ bytes: came, sha256: () => sha256.digest("base64") });
          else if (state !== "open") return;
          else await wake.promise;
        }
      } finally {
        if (state === "open") discard();
        close();
      }
    },
    discard,
  };
}
