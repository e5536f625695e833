import type { ActConnector } from "@mailfleet/connector-api";
import { type Hold, nothingHeld, type RunWork } from "@mailfleet/worker";
import { checkMark } from "./settle-mark.ts";
import { oursIn } from "./test.ts";

/** A sign-in and a request or two. */
const deadlineMs = 60_000;

/**
 * Daily work of `act`: looks whether the mailbox still carries our mark. Synchronising appointments, contacts and tasks would
 * come after it; nothing does that yet.
 */
export const actRun: RunWork<ActConnector, Hold> = {
  deadlineMs,
  hold: async () => nothingHeld,
  async work({ connection, signal, startedAt }, { connector, options }) {
    const session = await connector.open(options, signal);
    try {
      await checkMark(session, oursIn(connection), startedAt, signal);
      return {};
    } finally {
      await session.close();
    }
  },
};
