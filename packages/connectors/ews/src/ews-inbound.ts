import { type InboundConnector, sourceOf } from "@mailfleet/connector-api";
import { categorise } from "./categorise.ts";
import { openEws } from "./ews-api.ts";
import { ewsSession } from "./ews-session.ts";
import { findSent } from "./find-sent.ts";
import { forget } from "./locate.ts";
import { moveTo } from "./move-to.ts";
import { countInbox, runTest } from "./test-steps.ts";

/**
 * Receives from Exchange on-premises by EWS: the inbox of the mailbox with the given address. Tags and moves what is
 * undeliverable where a profile says so, and changes nothing else in it.
 */
export const ewsInbound: InboundConnector = {
  test: (options, listener, signal) =>
    runTest({ options, listener, signal }, async (_, step, messages) => {
      await step("list", async () => `${messages} ${messages === 1 ? "message" : "messages"} in the inbox`);
    }),
  async findSent(options, sought, signal) {
    // Without copies nothing can be found there, and nothing follows from that.
    if (options.server.saveCopy === false) return null;
    const api = await openEws(options, signal);
    try {
      return await findSent(api, sought, signal);
    } finally {
      await api.close();
    }
  },
  async moveTo(options, folder, names, signal) {
    const api = await openEws(options, signal);
    try {
      return await moveTo(api, folder, names, signal);
    } finally {
      await api.close();
    }
  },
  async categorise(options, category, names, signal) {
    const api = await openEws(options, signal);
    try {
      return await categorise(api, category, names, signal);
    } finally {
      await api.close();
    }
  },
  async open(options, signal) {
    const api = await openEws(options, signal);
    try {
      // One request signs in, so a wrong password is tried once.
      await countInbox(api, signal);
    } catch (error) {
      forget(options);
      await api.close();
      throw error;
    }
    return ewsSession(api, { ...sourceOf(options), account: options.address.toLowerCase() });
  },
};
