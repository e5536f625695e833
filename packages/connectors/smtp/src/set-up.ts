import { isIPv6, type Socket } from "node:net";
import {
  type ConnectOptions,
  endsBeforeSignIn,
  foreignWords,
  notSignedInWords,
  refusedCredentials,
  throughGate,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type Address, openSocket, secureSocket, unlessTls } from "@mailfleet/network";
import { authenticate } from "./authenticate.ts";
import { type Capabilities, noCapabilities, readCapabilities } from "./capabilities.ts";
import { Channel, ReplyTimeout } from "./channel.ts";
import { classifyError } from "./classify-error.ts";
import { classifyReply } from "./classify-reply.ts";
import type { Stage } from "./reply-rules.ts";

/** One step of setting a connection up. */
export type SetupStep = "settings" | "resolve" | "connect" | "tls" | "authenticate";

/** A signed-in connection. */
export interface Connected {
  readonly channel: Channel;
  readonly capabilities: Capabilities;
  /**
   * Asks once more what the server offers, because some offer more to those who signed in. True: `capabilities` are new.
   * False: it was asked already, nobody signed in, or the server does not answer as it should.
   */
  ask(withinMs: number): Promise<boolean>;
  /** It offers DSN and refuses its parameters: over this connection it is not asked for any more. */
  doWithoutDsn(): void;
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

/** The server closed the connection at EHLO: over another one it may take HELO. */
export class ClosedAtEhlo extends Error {
  constructor(cause: unknown) {
    super("the server closed the connection at EHLO", { cause });
    this.name = "ClosedAtEhlo";
  }
}

/** What a second connection does otherwise than the first. */
export interface Otherwise {
  /** With a renewed token. */
  readonly renew?: boolean;
  /** HELO from the beginning. */
  readonly helo?: boolean;
}

/**
 * Connects to one of these addresses, agrees on TLS and signs in; nothing stays open if it throws. Throws `ClosedAtEhlo`
 * where HELO would do.
 */
export async function setUp(
  attempt: Attempt,
  addresses: readonly Address[],
  { renew = false, helo = false }: Otherwise = {},
): Promise<Connected> {
  const { options, expiry, secrets, step, skip } = attempt;
  const { host, port, security } = options.server;
  const now: { channel: Channel | null; socket: Socket | null; capabilities: Capabilities; greeting: string } = {
    channel: null,
    socket: null,
    capabilities: noCapabilities,
    greeting: "",
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
  const ourName = () => options.ehloName ?? addressLiteral(open().localAddress);
  const hello = async () => {
    const name = ourName();
    const mayDoWithout = security !== "starttls" && options.credentials === null;
    const isClosed = (error: unknown) =>
      mayDoWithout && !helo && !expiry.aborted && classifyError(error).code === "CONNECTION_LOST";
    const orClosed = (error: unknown): never => {
      throw isClosed(error) ? new ClosedAtEhlo(error) : error;
    };
    // RFC 5321 §3.2: a server from before ESMTP.
    if (helo) return void (await command("hello", `HELO ${name}\r\n`));
    open().write(`EHLO ${name}\r\n`);
    const reply = await open().reply(attempt.left()).catch(orClosed);
    if (reply.code < 300) {
      now.capabilities = readCapabilities(reply);
      return;
    }
    const { failure } = classifyReply("hello", reply, { command: `EHLO ${name}` });
    if (mayDoWithout && [500, 502, 504, 550].includes(reply.code)) {
      await command("hello", `HELO ${name}\r\n`).catch(orClosed);
      return;
    }
    // Gmail says 421 (EHLO) also where there is too much of us: with a name that was chosen it is not the name.
    const isBusy = failure.code === "EHLO_NAME_REFUSED" && reply.code < 500 && options.ehloName !== undefined;
    throw new FailureError(isBusy ? failureOf("RATE_LIMITED", failure.evidence) : failure);
  };
  const greet = async () => {
    const greeting = command("greeting", "", "(greeting)");
    const { text } = await (now.socket && security !== "tls"
      ? unlessTls(greeting, { ...options, signal: expiry }, addresses)
      : greeting);
    now.greeting = text;
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
    if (security === "none") skip("tls", "the profile asks for no encryption");
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
    if (endsBeforeSignIn(options)) skip("authenticate", notSignedInWords(options, offeredWords(now)));
    else if (credentials === null) skip("authenticate", "no credentials are set");
    else
      await step("authenticate", () => {
        const { capabilities } = now;
        const signingIn = { command, capabilities, server: { host, port }, secrets, renew, signal: expiry };
        return throughGate(credentials, () => authenticate(signingIn, credentials), refusedCredentials, expiry);
      });
    return new SignedIn(open(), now.capabilities, credentials === null ? null : ourName());
  } catch (error) {
    now.channel?.end(error);
    now.socket?.destroy();
    throw error;
  } finally {
    expiry.removeEventListener("abort", stop);
  }
}

class SignedIn implements Connected {
  readonly channel: Channel;
  capabilities: Capabilities;
  /** How the server was greeted, while it may be asked again. */
  #name: string | null;

  constructor(channel: Channel, capabilities: Capabilities, name: string | null) {
    this.channel = channel;
    this.capabilities = capabilities;
    this.#name = name;
  }

  async ask(withinMs: number): Promise<boolean> {
    const name = this.#name;
    if (name === null) return false;
    this.#name = null;
    this.channel.write(`EHLO ${name}\r\n`);
    const reply = await this.channel.reply(withinMs);
    if (reply.code >= 300) return false;
    this.capabilities = readCapabilities(reply);
    return true;
  }

  doWithoutDsn(): void {
    this.capabilities = { ...this.capabilities, dsn: false };
  }
}

function offeredWords({ greeting, capabilities }: { greeting: string; capabilities: Capabilities }): string {
  return `the server greets with "${foreignWords(greeting)}" and offers ${capabilities.auth.join(" ") || "no AUTH"}`;
}

/**
 * Where the connection comes from, as a name (RFC 5321 §4.1.3, §4.1.4): true in every network, which the name of a
 * machine or container seldom is.
 */
function addressLiteral(address: string | undefined): string {
  const bare = (address ?? "127.0.0.1").replace(/^::ffff:(?=[\d.]+$)/, "").replace(/%.*$/, "");
  return isIPv6(bare) ? `[IPv6:${bare}]` : `[${bare}]`;
}
