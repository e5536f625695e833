import type { ConnectOptions, InboundWatch, WatchOptions } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import { batchOf, scriptedConnector, scriptedSession } from "./scripted-connector.ts";

/** A server that tells nothing but what a test makes it tell. */
export function scriptedWatch() {
  const mail: string[] = [];
  const open = new Set<{ readonly options: WatchOptions; end(failure: Failure | null): void }>();
  const state = {
    opened: 0,
    /** With which tokens watches signed in, one after another. */
    tokens: [] as string[],
    /** Instead of a watch. */
    refuses: null as Failure | "nothing" | null,
    /** Of runs. */
    runsFail: null as Failure | null,
    runs: 0,
    /** What the next listing waits for, once it has looked. */
    listsAfter: null as Promise<void> | null,
    /** Sessions over the watch's connection, and with what they fail; `null`: nothing is lent. */
    lentFail: null as Failure | null,
    lent: 0,
    /** What the next connection that is closed waits for. */
    closesAfter: null as Promise<void> | null,
    /** Refuses more connections that wait. */
    most: Number.POSITIVE_INFINITY,
    /** The fewest connections that waited since a test has set it. */
    fewest: 0,
  };

  async function watch(
    { credentials }: ConnectOptions,
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<InboundWatch | null> {
    if (state.refuses === "nothing") return null;
    if (state.refuses) throw new FailureError(state.refuses);
    if (open.size >= state.most) throw new FailureError(failureOf("TOO_MANY_CONNECTIONS"));
    if (credentials?.type === "token")
      state.tokens.push((await credentials.accessToken({ renew: false, signal })).reveal());
    state.opened += 1;
    const { promise, resolve } = Promise.withResolvers<Failure | null>();
    const one = { options, end: resolve };
    open.add(one);
    void promise.then(() => {
      open.delete(one);
      state.fewest = Math.min(state.fewest, open.size);
    });
    const close = async () => {
      const { closesAfter } = state;
      state.closesAfter = null;
      await closesAfter;
      resolve(null);
    };
    return {
      ...{ by: "idle", behind: false, ended: promise, close },
      async lend() {
        if (!state.lentFail) return null;
        state.lent += 1;
        const failure = state.lentFail;
        return scriptedSession({
          // biome-ignore lint/correctness/useYield: it fails before the first batch
          async *listNew() {
            throw new FailureError(failure);
          },
        });
      },
    };
  }

  const connector = scriptedConnector({
    watch,
    open: async () => {
      state.runs += 1;
      if (state.runsFail) throw new FailureError(state.runsFail);
      return scriptedSession({
        async *listNew(cursor) {
          const fresh = mail.slice(Number(cursor?.at ?? 0));
          const { listsAfter } = state;
          state.listsAfter = null;
          await listsAfter;
          if (fresh.length === 0) return;
          const messages = fresh.map((raw, n) => ({
            nativeId: String(mail.length - fresh.length + n).padStart(4, "0"),
            raw: Buffer.from(raw),
            size: raw.length,
            receivedAt: Date.now(),
          }));
          yield batchOf(messages, { at: mail.length });
        },
      });
    },
  });

  return {
    connector,
    state,
    /** Connections that wait now. */
    get open() {
      return open.size;
    },
    deliver: () => void mail.push(`Subject: ${mail.length}\r\n\r\nx\r\n`),
    tell: () => {
      for (const one of open) one.options.heard();
    },
    end: (failure: Failure = failureOf("CONNECTION_LOST")) => {
      for (const one of [...open]) one.end(failure);
    },
  };
}
