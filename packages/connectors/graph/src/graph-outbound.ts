import { type OutboundConnector, UncertainError } from "@mailfleet/connector-api";
import { apiSession, runTest, type TokenApi } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { graphApi } from "./graph-api.ts";
import { sendMail } from "./send-mail.ts";

/** Graph lets four requests run at once for one mailbox: one is for sending. */
const AT_ONCE = 1;

/**
 * Sends through Microsoft Graph, from the mailbox with the given address, with a token that has `Mail.Send`. A test
 * without a probe only gets the token: a request without a message would prove no more.
 */
export function graphOutbound({ fetch }: { readonly fetch: GuardedFetch }): OutboundConnector {
  return {
    open: (options) => {
      let api: TokenApi | null = null;
      return apiSession(AT_ONCE, (envelope, message, signal, permission) => {
        api ??= graphApi(fetch, options);
        return sendMail(api, options.address, { envelope, message }, signal, permission);
      });
    },
    test: (options, probe, listener, signal) =>
      runTest({ fetch, api: graphApi, options, listener, signal }, async (api, step) => {
        if (!probe) return;
        await step("send", async () => {
          try {
            const { envelope, raw } = probe;
            return (await sendMail(api, options.address, { envelope, message: raw }, signal)).answer;
          } catch (error) {
            if (!(error instanceof UncertainError)) throw error;
            const { host, port } = options.server;
            throw new FailureError(failureOf("CONNECTION_LOST", { host, port, reply: error.message }), {
              cause: error,
            });
          }
        });
      }),
  };
}
