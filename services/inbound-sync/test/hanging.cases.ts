import { setTimeout as pause } from "node:timers/promises";
import type { InboundConnector, InboundSession } from "@mailfleet/connector-api";
import type { SourceDocument } from "../source/document.ts";
import { batchOf, scriptedConnector, scriptedSession } from "./scripted-connector.ts";

/** A server that holds up whoever reads from it. */
export interface HangingCase {
  readonly what: string;
  /** `hangs` is told once it has begun. */
  readonly connector: (hangs: (mailboxId: string) => void) => InboundConnector;
  /** What the source is before. */
  readonly source?: Partial<SourceDocument>;
}

/** Ends with the run. */
const forEver = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
const mail = (n: number) => {
  const raw = Buffer.from(`Subject: ${n}\r\n\r\nx\r\n`);
  return { nativeId: String(n).padStart(6, "0"), raw, size: raw.length, receivedAt: n };
};

/** Opens a session that is told whose it is. */
const session =
  (own: (hang: () => Promise<never>, signal: AbortSignal) => Partial<InboundSession>): HangingCase["connector"] =>
  (hangs) =>
    scriptedConnector({
      open: async ({ mailboxId }, signal) => {
        const hang = () => {
          hangs(mailboxId);
          return forEver(signal);
        };
        return scriptedSession({ async *listNew() {}, ...own(hang, signal) });
      },
    });

/** Where a server may hang, or give so little at a time that it never ends. */
export const hangingServers: readonly HangingCase[] = [
  {
    what: "never lets anybody in",
    connector: (hangs) =>
      scriptedConnector({
        open: ({ mailboxId }, signal) => {
          hangs(mailboxId);
          return forEver(signal);
        },
      }),
  },
  {
    what: "never lists anything",
    connector: session((hang) => ({
      async *listNew() {
        yield await hang();
      },
    })),
  },
  {
    what: "drips a large message",
    connector: session((hang) => ({
      async *listNew() {
        const raw = (async function* () {
          yield Buffer.from("Subject: drips\r\n");
          await hang();
        })();
        yield batchOf([{ ...mail(1), raw, size: 900_000 }], { at: 1 });
      },
    })),
  },
  {
    what: "never says whether the last message is still there",
    source: { cursor: { at: 1 }, identity: { account: "before", host: "scripted:1" } },
    connector: session((hang) => ({ recognises: hang })),
  },
  {
    what: "never answers an audit",
    source: { cursor: { at: 1 }, identity: { account: "user", host: "scripted:1" }, auditAt: 1 },
    connector: session((hang) => ({ audit: hang })),
  },
  {
    what: "never says goodbye",
    connector: session((hang) => ({ close: () => hang().catch(() => {}) as Promise<void> })),
  },
  {
    what: "gives a message now and then, without end",
    connector: (hangs) =>
      scriptedConnector({
        open: async ({ mailboxId }, signal) =>
          scriptedSession({
            async *listNew() {
              hangs(mailboxId);
              for (let n = 1; !signal.aborted; n += 1) {
                await pause(2000, undefined, { signal });
                yield batchOf([mail(n)], { at: n });
              }
            },
          }),
      }),
  },
];
