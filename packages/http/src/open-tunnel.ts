import { connect, type Socket } from "node:net";
import { type FailureCode, FailureError, failureOf, systemCodeOf } from "@mailfleet/contracts";
import type { HttpProxy } from "./proxy.ts";

/** An answer to CONNECT is a few lines. */
const longestAnswer = 16 * 1024;
const longestWords = 200;

/**
 * A connection to `host` and `port` through the proxy (CONNECT, RFC 9110 §9.3.6). Throws PROXY_UNREACHABLE or PROXY_REFUSED,
 * with the proxy as evidence: it is not the server's failure.
 */
export function openTunnel(
  proxy: HttpProxy,
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<Socket> {
  const target = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const fails = (code: FailureCode, reply: string, systemCode?: string) =>
    new FailureError(
      failureOf(code, {
        host: proxy.host,
        port: proxy.port,
        command: `CONNECT ${target}`.slice(0, 300),
        reply,
        ...(systemCode && { systemCode }),
      }),
    );
  return new Promise((resolve, reject) => {
    const socket = connect({ host: proxy.host, port: proxy.port, noDelay: true, keepAlive: true });
    let answer = Buffer.alloc(0);
    const timer = setTimeout(() => end(fails("PROXY_UNREACHABLE", `no answer within ${timeoutMs} ms`)), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      socket.off("data", read).off("error", broke).off("close", closed);
    };
    const end = (error: FailureError) => {
      settle();
      // A late error concerns nobody and must not end the process.
      socket.on("error", () => {}).destroy();
      reject(error);
    };
    const broke = (error: Error) => end(fails("PROXY_UNREACHABLE", "the connection failed", systemCodeOf(error)));
    const closed = () => end(fails("PROXY_UNREACHABLE", "the connection was closed before an answer came"));
    const read = (piece: Buffer) => {
      answer = Buffer.concat([answer, piece]);
      const headEnd = answer.indexOf("\r\n\r\n");
      if (headEnd < 0 && answer.length <= longestAnswer) return;
      const [line = ""] = answer.toString("latin1", 0, 1024).split("\r\n");
      const status = headEnd < 0 ? null : /^HTTP\/1\.[01] (\d{3})\b/.exec(line)?.[1];
      if (!status?.startsWith("2")) return end(fails("PROXY_REFUSED", wordsOf(line)));
      settle();
      socket.pause();
      if (answer.length > headEnd + 4) socket.unshift(answer.subarray(headEnd + 4));
      resolve(socket);
    };
    socket.on("data", read).on("error", broke).on("close", closed);
    socket.once("connect", () => {
      const basic = proxy.credentials && Buffer.from(proxy.credentials.reveal()).toString("base64");
      const signIn = basic ? `Proxy-Authorization: Basic ${basic}\r\n` : "";
      socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${signIn}\r\n`);
    });
  });
}

/** The status line as it came. Headers and body may repeat what was sent. */
const wordsOf = (line: string) => line.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, longestWords);
