import type { OutboundConnector } from "@mailfleet/connector-api";
import { apiSession, handOverProbe, turns } from "@mailfleet/connector-http";
import { type EwsApi, openEws } from "./ews-api.ts";
import { forget } from "./locate.ts";
import { sendMessage } from "./send-message.ts";
import { countInbox, runTest } from "./test-steps.ts";

/** Exchange lets 27 run at once for one account, and the service account has many mailboxes. */
const AT_ONCE = 3;

/** Sends through Exchange on-premises by EWS, from the mailbox with the given address. */
export const ewsOutbound: OutboundConnector = {
  open(options, maximumConnections) {
    const saveCopy = options.server.saveCopy !== false;
    let opened: Promise<EwsApi> | null = null;
    /** A small request signs in before a message is uploaded; one that fails is not remembered. */
    const open = async (signal: AbortSignal): Promise<EwsApi> => {
      const api = await openEws(options, signal);
      try {
        await countInbox(api, signal);
        return api;
      } catch (error) {
        forget(options);
        await api.close();
        throw error;
      }
    };
    /** What is signed in to by connection has one. */
    const connection = turns(1);
    const session = apiSession(Math.min(AT_ONCE, maximumConnections), async (envelope, message, signal, permission) => {
      const mine = opened ?? open(signal);
      opened = mine;
      const api = await mine.catch((error) => {
        if (opened === mine) opened = null;
        throw error;
      });
      const isShared = api.scheme === "Basic" || api.scheme === "Bearer";
      const done = isShared ? null : await connection.take(signal);
      try {
        return await sendMessage(api, { envelope, message, saveCopy }, signal, permission);
      } finally {
        done?.();
      }
    });
    return {
      ...session,
      get inUse() {
        return session.inUse;
      },
      async close() {
        await session.close();
        await (await opened?.catch(() => null))?.close();
      },
    };
  },
  test: (options, probe, listener, signal) =>
    runTest({ options, listener, signal }, async (api, step) => {
      if (!probe) return;
      const { envelope, raw } = probe;
      const saveCopy = options.server.saveCopy !== false;
      const send = () => sendMessage(api, { envelope, message: raw, saveCopy }, signal);
      await step("send", () => handOverProbe(options.server, send));
    }),
};
