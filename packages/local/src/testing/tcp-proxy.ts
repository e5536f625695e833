import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";

/**
 * How a link behaves. `open`: it passes everything. `cut`: connections are reset, new ones as soon as they are made.
 * `silent`: half open; nothing is closed and nothing arrives, what is sent is gone. `slow`: everything comes late.
 */
export type LinkState = "open" | "cut" | "silent" | "slow";

export interface TcpProxyOptions {
  readonly host?: string;
  readonly port: number;
  /**
   * Texts in what the server says that are replaced by others of the same length: addresses at which a cluster's members
   * know each other, so that a client keeps to its proxies.
   */
  readonly replace?: ReadonlyMap<string, string>;
}

/** Stands on a loopback port before a server, and spoils the link between it and its clients. */
export interface TcpProxy {
  readonly port: number;
  readonly state: LinkState;
  /** Bytes that went through, both ways. */
  readonly bytes: number;
  set(state: LinkState): void;
  stop(): Promise<void>;
}

/** Each piece of a slow link comes so much later. */
const SLOW_MS = 150;

/** Starts a proxy on a free port. The port of the server behind it may be known later: `options` is read at each connection. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  let state: LinkState = "open";
  let bytes = 0;
  const pairs = new Set<readonly [Socket, Socket]>();
  /** Connections of a time of silence: the other side knows nothing of what was said, so they cannot go on. */
  const spoilt = new Set<readonly [Socket, Socket]>();
  const reset = (pair: readonly [Socket, Socket]) => {
    for (const socket of pair) socket.destroyed || socket.resetAndDestroy();
  };

  const server = createServer((client) => {
    if (state === "cut") {
      client.on("error", () => {});
      return void client.resetAndDestroy();
    }
    const upstream = dial(options.port, options.host ?? "127.0.0.1");
    const pair = [client, upstream] as const;
    pairs.add(pair);
    if (state === "silent") spoilt.add(pair);
    const rename = renamer(options.replace ?? new Map());
    pass(client, upstream, (piece) => piece);
    pass(upstream, client, rename);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.once("close", (broken) => {
        // The end of one side is not heard on the other while the link is silent, but with the first word afterwards.
        if (state === "silent") return;
        pairs.delete(pair);
        spoilt.delete(pair);
        // One side has said its last words: the other hears them first.
        if (broken || state !== "open") reset(pair);
        else for (const one of pair) one.destroySoon();
      });
    }
  });

  const pass = (from: Socket, to: Socket, change: (piece: Buffer) => Buffer) => {
    from.on("data", (piece: Buffer) => {
      if (state === "silent") return;
      bytes += piece.length;
      const changed = change(piece);
      const write = () => {
        if (state === "silent" || to.destroyed) return;
        if (!to.write(changed)) {
          from.pause();
          to.once("drain", () => from.resume());
        }
      };
      if (state === "slow") setTimeout(write, SLOW_MS);
      else write();
    });
    from.on("end", () => state !== "silent" && to.end());
  };

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get state() {
      return state;
    },
    get bytes() {
      return bytes;
    },
    set: (next) => {
      state = next;
      if (next === "cut") for (const pair of pairs) reset(pair);
      if (next === "silent") {
        for (const pair of pairs) spoilt.add(pair);
        return;
      }
      for (const pair of spoilt) {
        reset(pair);
        pairs.delete(pair);
      }
      spoilt.clear();
    },
    stop: async () => {
      for (const pair of pairs) reset(pair);
      server.close();
      await once(server, "close");
    },
  };
}

/** Replaces texts by others of the same length, also where one is split over two pieces. */
function renamer(texts: ReadonlyMap<string, string>): (piece: Buffer) => Buffer {
  const needles = [...texts].map(([from, to]) => {
    if (from.length !== to.length) throw new Error(`${from} and ${to} differ in length`);
    return { from: Buffer.from(from, "latin1"), to: Buffer.from(to, "latin1") };
  });
  if (needles.length === 0) return (piece) => piece;
  let held: Buffer = Buffer.alloc(0);
  return (piece) => {
    const whole = held.length > 0 ? Buffer.concat([held, piece]) : piece;
    for (const { from, to } of needles)
      for (let at = whole.indexOf(from); at >= 0; at = whole.indexOf(from, at)) to.copy(whole, at);
    // Only what may be the beginning of a text is held back.
    const begun = needles.map(({ from }) => beginningAtEnd(whole, from));
    const keep = Math.max(0, ...begun);
    held = Buffer.from(whole.subarray(whole.length - keep));
    return whole.subarray(0, whole.length - keep);
  };
}

/** How many of the last bytes are the beginning of this text, from nine bytes on: fewer are found in any traffic. */
function beginningAtEnd(whole: Buffer, text: Buffer): number {
  for (let length = Math.min(text.length - 1, whole.length); length >= 9; length--)
    if (whole.subarray(whole.length - length).equals(text.subarray(0, length))) return length;
  return 0;
}
