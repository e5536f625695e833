import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { foreignWords } from "@mailfleet/connector-api";
import type { ImapFlow } from "imapflow";

/** What can be seen on a socket before the protocol begins. */
export interface SocketWatcher {
  connected(detail: string): void;
  secured(detail: string): void;
  /** The first bytes are there. */
  greeted(): void;
  /** The first bytes are not an IMAP greeting. */
  strange(words: string): void;
}

/** Every greeting begins with `*` (RFC 9051 §7.1), which may come alone in the first segment. */
const asterisk = 0x2a;

/**
 * Watches the socket of a client whose `connect()` was just called. The socket is not in imapflow's types, but exists
 * before `connect()` first yields (version 2.1.2 is pinned, and the connector's tests would notice a change).
 */
export function watchSocket(client: ImapFlow, watcher: SocketWatcher): void {
  const { socket } = client as unknown as { socket: Socket };
  const listen = () =>
    socket.once("data", (first: Buffer) => {
      watcher.greeted();
      if (first[0] !== asterisk) watcher.strange(foreignWords(first.toString("latin1", 0, 400)));
    });
  socket.once("connect", () => {
    watcher.connected(`${socket.remoteAddress} port ${socket.remotePort}`);
    if (!(socket instanceof TLSSocket)) listen();
  });
  socket.once("secureConnect", () => {
    const secure = socket as TLSSocket;
    watcher.secured(`${secure.getProtocol()} ${secure.getCipher().standardName}`);
    listen();
  });
}
