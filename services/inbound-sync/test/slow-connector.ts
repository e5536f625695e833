import { setTimeout as delay } from "node:timers/promises";
import type { HoldLengths } from "@mailfleet/kit";
import { batchOf, scriptedConnector, scriptedSession } from "./scripted-connector.ts";

/** How many messages are on the server. */
export const messagesOnServer = 40;

export const shortLengths: HoldLengths = { holdMs: 1200, renewEveryMs: 150, marginMs: 200 };

/** A server that gives a message every few milliseconds. */
export const slowConnector = scriptedConnector({
  open: async () =>
    scriptedSession({
      async *listNew(cursor) {
        for (let n = Number(cursor?.at ?? 0) + 1; n <= messagesOnServer; n += 1) {
          await delay(30);
          const raw = Buffer.from(`Subject: ${n}\r\n\r\nx\r\n`);
          const nativeId = String(n).padStart(4, "0");
          yield batchOf([{ nativeId, raw, size: raw.length, receivedAt: n }], { at: n });
        }
      },
    }),
});
