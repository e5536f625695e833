import { lookup } from "node:dns/promises";
import { isIP, type Socket } from "node:net";
import { hostname } from "node:os";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { authenticate } from "./authenticate.ts";
import { type Capabilities, noCapabilities, readCapabilities } from "./capabilities.ts";
import { Channel, ReplyTimeout } from "./channel.ts";
import { classifyError } from "./classify-error.ts";
import { classifyReply, type Stage } from "./classify-reply.ts";
import { openSocket, secureSocket } from "./sockets.ts";

/** One step of setting a connection up, told as soon as it is done. */
export interface SetupStep {
  readonly step: "resolve" | "connect" | "tls" | "authenticate";
  readonly outcome: "ok" | "failed" | "skipped";
  readonly ms: number;
  readonly detail?: string;
}

/** A signed-in connection. */
export interface Connected {
  readonly channel: Channel;
  readonly capabilities: Capabilities;
}

/**
 * Resolves, connects, agrees on TLS, signs in: all within one deadline. Throws `FailureError`. STARTTLS, where the
 * profile asks for it, is required: a server that does not offer it is refused (RFC 8314 §3).
 */
export async function connect(
  options: ConnectOptions,
  signal: AbortSignal,
  tell: (step: SetupStep) => void = () => {},
): Promise<Connected> {
  const { host, port, security } = options.server;
  const deadline = performance.now() + options.connectionTimeoutMs;
  const left = () => Math.max(1, deadline - performance.now());
  const expiry = AbortSignal.any([signal, AbortSignal.timeout(options.connectionTimeoutMs)]);
  const now: { channel: Channel | null; socket: Socket | null; capabilities: Capabilities } = {
    channel: null,
    socket: null,
    capabilities: noCapabilities,
  };
  const open = () => {
    if (!now.channel) throw new FailureError(failureOf("INTERNAL_ERROR", { reply: "no connection" }));
    return now.channel;
  };
  const stop = () => now.channel?.end(new ReplyTimeout());
  expiry.addEventListener("abort", stop, { once: true });

  const step = async (name: SetupStep["step"], work: () => Promise<string>) => {
    const started = performance.now();
    const ms = () => Math.round((performance.now() - started) * 10) / 10;
    try {
      const detail = await untilAborted(work(), expiry);
      tell({ step: name, outcome: "ok", ms: ms(), detail });
    } catch (error) {
      const failure = classifyError(error, { host, port });
      const evidence = { host, port, ...failure.evidence };
      tell({
        step: name,
        outcome: "failed",
        ms: ms(),
        detail: failure.evidence?.reply ?? failure.evidence?.systemCode,
      });
      throw new FailureError({ ...failure, evidence }, { cause: error });
    }
  };
  const command = async (stage: Stage, line: string, shown = line.trim()) => {
    if (line) open().write(line);
    const reply = await open().reply(left());
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

  try {
    const addresses: { address: string; family: number }[] = [];
    await step("resolve", async () => {
      const bare = host.replace(/^\[|\]$/g, "");
      if (isIP(bare)) addresses.push({ address: bare, family: isIP(bare) });
      else addresses.push(...(await lookup(bare, { all: true })));
      return addresses.map((entry) => entry.address).join(", ");
    });
    await step("connect", async () => {
      const socket = await openSocket(port, addresses, expiry);
      now.socket = socket;
      if (security !== "tls") {
        now.channel = new Channel(socket);
        await greet();
      }
      return `${socket.remoteAddress} port ${port}`;
    });
    if (security === "none") tell({ step: "tls", outcome: "skipped", ms: 0, detail: "the profile asks for none" });
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
        now.channel = new Channel(secure);
        // What was offered before the handshake is void (RFC 3207 §4.2).
        if (security === "tls") await greet();
        else await hello();
        return `${secure.getProtocol()} ${secure.getCipher().name}`;
      });
    if (options.credentials === null)
      tell({ step: "authenticate", outcome: "skipped", ms: 0, detail: "no credentials are set" });
    else {
      const credentials = options.credentials;
      await step("authenticate", () => authenticate(command, now.capabilities, credentials));
    }
    return { channel: open(), capabilities: now.capabilities };
  } catch (error) {
    now.channel?.end(error);
    now.socket?.destroy();
    throw error;
  } finally {
    expiry.removeEventListener("abort", stop);
  }
}

/** Our name in EHLO; servers want it to look like a name (RFC 5321 §4.1.3 allows an address literal instead). */
function ourName(): string {
  const name = hostname();
  return /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(name) ? name : "[127.0.0.1]";
}

/** Lets go of work when the deadline is over. What was aborted by the caller is told apart from a time-out. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new ReplyTimeout());
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
