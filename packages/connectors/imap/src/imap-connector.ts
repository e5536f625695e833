import { type InboundConnector, sourceOf } from "@mailfleet/connector-api";
import { dial } from "./dial.ts";
import { hangUp, imapSession, openInbox } from "./imap-session.ts";
import { testConnection } from "./test-connection.ts";

/** Receives over IMAP (RFC 9051, RFC 3501): reads the inbox by UID and changes nothing in it. */
export const imapConnector: InboundConnector = {
  test: testConnection,
  async open(options, signal) {
    const dialled = await dial(options, signal);
    const stop = () => dialled.client.close();
    signal.addEventListener("abort", stop, { once: true });
    try {
      return imapSession(dialled, await openInbox(dialled), sourceOf(options));
    } catch (error) {
      await hangUp(dialled);
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  },
};
