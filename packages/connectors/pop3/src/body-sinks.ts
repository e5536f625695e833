/** Takes one multi-line answer in. */
export interface BodySink {
  piece(bytes: Buffer): void;
  end(): void;
  /** The connection is over before the answer was. */
  fail(error: unknown): void;
}

/** An answer held whole. */
export interface Collected extends BodySink {
  /** Everything; to be asked for when the command is answered. */
  bytes(): Buffer;
}

/** Holds an answer whole. `held` hears of every byte, so that all answers together can be bounded. */
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

/** Holds the first `limit` bytes of an answer and lets the rest go. */
export function collectHead(limit: number): Collected {
  const pieces: Buffer[] = [];
  let length = 0;
  return {
    piece(bytes) {
      if (length >= limit) return;
      // Copied: a few bytes must not hold the whole chunk they came in.
      pieces.push(Buffer.from(bytes.subarray(0, limit - length)));
      length += bytes.length;
    },
    end() {},
    fail() {},
    bytes: () => Buffer.concat(pieces),
  };
}

/** An answer that is read while it comes. */
export interface Streamed extends BodySink {
  /** The first bytes, as soon as `enough` is content with them or nothing comes any more; they stay in the stream. */
  head(enough: (bytes: Buffer) => boolean): Promise<Buffer>;
  /** The whole answer in pieces, once. Whoever stops early lets go of the rest. */
  pieces(): AsyncGenerator<Buffer>;
  /** Nobody wants the rest. */
  discard(): void;
}

/** Bytes that wait for their reader before the server is made to wait. */
const HIGH_WATER = 1024 * 1024;

/** Streams an answer; `pause` stops the server from sending and lets it go on. */
export function stream(pause: (paused: boolean) => void): Streamed {
  const queue: Buffer[] = [];
  let waiting = 0;
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
    notify();
  };

  return {
    piece(bytes) {
      if (state === "discarded") return;
      queue.push(bytes);
      waiting += bytes.length;
      if (waiting > HIGH_WATER) pause(true);
      notify();
    },
    end() {
      ended = true;
      // What comes behind belongs to somebody else.
      pause(false);
      if (state === "open") state = "ended";
      notify();
    },
    fail(reason) {
      if (state === "open") {
        state = "failed";
        error = reason;
      }
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
          else if (state !== "open") return;
          else await wake.promise;
        }
      } finally {
        if (state === "open") discard();
      }
    },
    discard,
  };
}
