import type { Socket } from "node:net";
import { hostname } from "node:os";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type Address, openSocket, secureSocket } from "@mailfleet/network";
import { authenticate } from "./authenticate.ts";
import { type Capabilities, noCapabilities, readCapabilities } from "./capabilities.ts";
import { Channel, ReplyTimeout } from "./channel.ts";
import { classifyReply } from "./classify-reply.ts";
import type { Stage } from "./reply-rules.ts";

/** One step of setting a connection up. */
export type SetupStep = "settings" | "resolve" | "connect" | "tls" | "authenticate";

/** A signed-in connection. */
export interface Connected {
  readonly channel: Channel;
  readonly capabilities: Capabilities;
}

/** The attempt that a connection is set up within. */
export interface Attempt {
  readonly options: ConnectOptions;
  /** Aborted at the deadline, or when the caller has enough. */
  readonly expiry: AbortSignal;
  /** Milliseconds until the deadline, at least 1. */
  left(): number;
  /** Does work as a step and tells when it is done; throws `FailureError` if it does not succeed. */
  step(name: SetupStep, work: () => Promise<string>): Promise<void>;
  skip(name: SetupStep, detail: string): void;
  /** What no evidence may hold. */
  readonly secrets: Set<string>;
}

/** Connects to one of these addresses, agrees on TLS and signs in; nothing stays open if it throws. */
export async function setUp(attempt: Attempt, addresses: readonly Address[], renew: boolean): Promise<Connected> {
  const { options, expiry, secrets, step, skip } = attempt;
  const { host, port, security } = options.server;
  const now: { channel: Channel | null; socket: Socket | null; capabilities: Capabilities } = {
    channel: null,
    socket: null,
    capabilities: noCapabilities,
  };
  const open = () => {
    if (!now.channel) throw new FailureError(failureOf("INTERNAL_ERROR", { reply: "no connection" }));
    return now.channel;
  };
  const command = async (stage: Stage, line: string, shown = line.trim()) => {
    if (line) open().write(line);
    const reply = await open().reply(attempt.left());
    if (reply.code >= 400 || reply.code < 200)
      throw new FailureError(classifyReply(stage, reply, { command: shown }).failure);
    return reply;
  };
  const hello = async () => {
    now.capabilities = readCapabilities(await command("hello", `EHLO ${ourName()}\r\n`));
  };
  const greet = async () => {
    await command("greeting", "", "(greeting)");
    await hello();
  };
  const stop = () => now.channel?.end(new ReplyTimeout());
  expiry.addEventListener("abort", stop, { once: true });

  try {
    await step("connect", async () => {
      const socket = await openSocket(port, addresses, expiry);
      now.socket = socket;
      if (security !== "tls") {
        now.channel = new Channel(socket, secrets);
        await greet();
      }
      return `${socket.remoteAddress} port ${port}`;
    });
    if (security === "none") skip("tls", "the profile asks for none");
    else
      await step("tls", async () => {
        if (security === "starttls") {
          if (!now.capabilities.startTls) throw new FailureError(failureOf("TLS_NOT_OFFERED"));
          await command("starttls", "STARTTLS\r\n");
          if (open().hasLeftovers)
            throw new FailureError(failureOf("PROTOCOL_ERROR", { reply: "data before the handshake" }));
          open().detach();
        }
        const secure = await secureSocket(now.socket as Socket, options.server, expiry);
        now.channel = new Channel(secure, secrets);
        // What was offered before the handshake is void (RFC 3207 §4.2).
        if (security === "tls") await greet();
        else await hello();
        return `${secure.getProtocol()} ${secure.getCipher().name}`;
      });
    const { credentials } = options;
    if (credentials === null) skip("authenticate", "no credentials are set");
    else
      await step("authenticate", () => {
        const { capabilities } = now;
        const signingIn = { command, capabilities, server: { host, port }, secrets, renew, signal: expiry };
        return authenticate(signingIn, credentials);
      });
    return { channel: open(), capabilities: now.capabilities };
  } catch (error) {
    now.channel?.end(error);
    now.socket?.destroy();
    throw error;
  } finally {
    expiry.removeEventListener("abort", stop);
  }
}

/** Our name in EHLO. Servers expect a host name (RFC 5321 §4.1.3 allows an address literal instead). */
function ourName(): string {
  const name = hostname();
  return /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(name) ? name : "[127.0.0.1]";
}
