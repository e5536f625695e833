import type { ConnectOptions, OutboundConnector, OutboundSession } from "@mailfleet/connector-api";
import { apiSession, handOverProbe, RefusedError, runTest } from "@mailfleet/connector-http";
import type { GuardedFetch } from "@mailfleet/http";
import { type GmailApi, gmailApi } from "./gmail-api.ts";
import type { GmailPorts } from "./gmail-ports.ts";
import { sendMessage } from "./send-message.ts";

/** Sends through Gmail's API, as the token's account. */
export function gmailOutbound({ fetch }: GmailPorts): OutboundConnector {
  return {
    test: (options, probe, listener, signal) =>
      runTest(
        { fetch, api: gmailApi, options, listener, signal },
        async (api, step) => {
          if (!probe) return;
          const send = () => sendMessage(api, probe.envelope, probe.raw, signal);
          await step("send", () => handOverProbe(options.server, send));
        },
        maySend,
      ),
    open: (options, maximumConnections) => outboundSession(fetch, options, maximumConnections),
  };
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
    const missed = error instanceof RefusedError && error.codes !== null && error.failure.kind === "message";
    if (!missed) throw error;
  }
  return "the token may send";
}

function outboundSession(fetch: GuardedFetch, options: ConnectOptions, maximumConnections: number): OutboundSession {
  let api: GmailApi | null = null;
  return apiSession(maximumConnections, (envelope, raw, signal, permission) => {
    api ??= gmailApi(fetch, options);
    return sendMessage(api, envelope, raw, signal, permission);
  });
}
