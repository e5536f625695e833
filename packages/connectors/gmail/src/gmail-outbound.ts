import {
  type ConnectOptions,
  type Envelope,
  type OutboundConnector,
  type OutboundSession,
  UncertainError,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { type GmailApi, gmailApi } from "./gmail-api.ts";
import type { GmailPorts } from "./gmail-ports.ts";
import { RefusedError } from "./refusal.ts";
import { sendMessage } from "./send-message.ts";
import { runTest } from "./test-steps.ts";
import { turns } from "./turns.ts";

/** How long messages under way may take to finish. */
const CLOSE_GRACE_MS = 5000;

/** Sends through Gmail's API, as the token's account. */
export function gmailOutbound({ fetch }: GmailPorts): OutboundConnector {
  return {
    test: (options, probe, listener, signal) =>
      runTest(
        { fetch, options, listener, signal },
        async (api, step) => {
          if (probe) await step("send", () => sendProbe(api, probe, options, signal));
        },
        maySend,
      ),
    open: (options, maximumConnections) => outboundSession(fetch, options, maximumConnections),
  };
}

async function sendProbe(
  api: GmailApi,
  probe: { envelope: Envelope; raw: Uint8Array },
  { server: { host, port } }: ConnectOptions,
  signal: AbortSignal,
): Promise<string> {
  try {
    return (await sendMessage(api, probe.envelope, probe.raw, signal)).answer;
  } catch (error) {
    if (!(error instanceof UncertainError)) throw error;
    throw new FailureError(failureOf("CONNECTION_LOST", { host, port, command: "messages.send" }), { cause: error });
  }
}

/**
 * Sends nothing: Gmail checks token and scope first and then misses the message, which proves the permission without
 * mail to anybody. (A token that may only send cannot even read the profile.)
 */
async function maySend(api: GmailApi, signal: AbortSignal): Promise<string> {
  try {
    const post = { contentType: "application/json", body: () => "{}" };
    await api.ask({ method: "messages.send", purpose: "send", path: "/gmail/v1/users/me/messages/send", post, signal });
  } catch (error) {
    const missed = error instanceof RefusedError && error.google && error.failure.kind === "message";
    if (!missed) throw error;
  }
  return "the token may send";
}

function outboundSession(fetch: GuardedFetch, options: ConnectOptions, maximumConnections: number): OutboundSession {
  const turn = turns(Math.max(1, maximumConnections));
  const ended = new AbortController();
  let api: GmailApi | null = null;
  let inUse = 0;
  /** One for each caller's signal, not for each message. */
  const combined = new WeakMap<AbortSignal, AbortSignal>();
  const until = (signal: AbortSignal) => {
    const known = combined.get(signal) ?? AbortSignal.any([signal, ended.signal]);
    combined.set(signal, known);
    return known;
  };
  return {
    perConnection: 1,
    get inUse() {
      return inUse;
    },
    async submit(envelope, raw, signal, permission) {
      const done = await turn.take(signal);
      inUse += 1;
      try {
        api ??= gmailApi(fetch, options);
        return await sendMessage(api, envelope, raw, until(signal), permission);
      } finally {
        inUse -= 1;
        done();
      }
    },
    // Connections belong to `fetch`, which closes idle ones. There is nothing to close here.
    useAtMost: () => {},
    async close() {
      await turn.close(CLOSE_GRACE_MS);
      ended.abort(new Error("the session was closed"));
    },
  };
}
