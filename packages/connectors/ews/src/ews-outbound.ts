import type { OutboundConnector } from "@mailfleet/connector-api";
import { apiSession, handOverProbe } from "@mailfleet/connector-http";
import { type EwsApi, openEws } from "./ews-api.ts";
import { forget } from "./locate.ts";
import { sendMessage } from "./send-message.ts";
import { countInbox, runTest } from "./test-steps.ts";

/** Sends through Exchange on-premises by EWS, from the mailbox with the given address. */
export const ewsOutbound: OutboundConnector = {
  open(options) {
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
    const session = apiSession(1, async (envelope, message, signal, permission) => {
      const mine = opened ?? open(signal);
      opened = mine;
      const api = await mine.catch((error) => {
        if (opened === mine) opened = null;
        throw error;
      });
      return sendMessage(api, { envelope, message, saveCopy }, signal, permission);
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
