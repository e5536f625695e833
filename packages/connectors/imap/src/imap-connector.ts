import { type InboundConnector, sourceOf } from "@mailfleet/connector-api";
import { dial } from "./dial.ts";
import { fileSent, findSent } from "./find-sent.ts";
import { imapSession, openInbox } from "./imap-session.ts";
import { moveTo } from "./move-to.ts";
import { testConnection } from "./test-connection.ts";
import { watchInbox } from "./watch-inbox.ts";

/** How long this client waits, in addition to the profile's connection time-out. */
export interface ImapDeadlines {
  /** A server that is silent for this long in the middle of a command is gone, in milliseconds. */
  readonly silenceMs: number;
}

/** An IMAP connector with these deadlines. */
export function createImapConnector({ silenceMs }: ImapDeadlines): InboundConnector {
  return {
    test: testConnection,
    findSent,
    fileSent,
    moveTo,
    async open(options, signal, settled) {
      const inbox = await openInbox(await dial(options, signal), signal, { silenceMs, settled });
      return imapSession(inbox, sourceOf(options));
    },
    watch: (options, watching, signal) => watchInbox(options, watching, signal),
  };
}

/** Receives over IMAP (RFC 9051, RFC 3501): reads the inbox by UID; moves reports where a profile says so, and changes nothing else. */
export const imapConnector: InboundConnector = createImapConnector({ silenceMs: 60_000 });
