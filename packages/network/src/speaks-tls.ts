import { connect as tlsConnect } from "node:tls";
import type { Address } from "./resolve-server.ts";
import { openSocket } from "./sockets.ts";

/**
 * Whether a port speaks TLS from the first byte: asked over a connection of its own when a server stays silent after
 * connecting, because it waits for our handshake. Proves nothing about the server, so nothing is sent over it. Never throws.
 */
export async function speaksTls(port: number, addresses: readonly Address[], signal: AbortSignal): Promise<boolean> {
  const socket = await openSocket(port, addresses, signal).catch(() => null);
  if (!socket) return false;
  const secure = tlsConnect({ socket, rejectUnauthorized: false });
  try {
    return await new Promise<boolean>((resolve) => {
      secure.once("secureConnect", () => resolve(true));
      secure.once("error", () => resolve(false));
      secure.once("close", () => resolve(false));
      signal.addEventListener("abort", () => resolve(false), { once: true });
    });
  } finally {
    secure.on("error", () => {});
    secure.destroy();
    socket.destroy();
  }
}
