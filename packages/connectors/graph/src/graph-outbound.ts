import type { OutboundConnector } from "@mailfleet/connector-api";
import { apiSession, deadlineOf, handOverProbe, runTest, type TokenApi } from "@mailfleet/connector-http";
import type { GuardedFetch } from "@mailfleet/http";
import { graphApi } from "./graph-api.ts";
import { prechecked } from "./precheck.ts";
import { sendMail } from "./send-mail.ts";

/** Graph lets four requests run at once for one mailbox: two are for receiving. */
const AT_ONCE = 2;

/**
 * Sends through Microsoft Graph, from the mailbox with the given address, with a token that has `Mail.Send`. A test
 * without a probe only gets the token: a request without a message would prove no more.
 */
export function graphOutbound({ fetch }: { readonly fetch: GuardedFetch }): OutboundConnector {
  return {
    open: (options, maximumConnections) => {
      let api: TokenApi | null = null;
      return apiSession(Math.min(AT_ONCE, maximumConnections), (envelope, message, signal, permission) => {
        api ??= graphApi(fetch, options);
        return sendMail(api, options.address, { envelope, message }, signal, permission);
      });
    },
    test: (options, probe, listener, signal) =>
      runTest({ fetch, api: graphApi, options, listener, signal }, async (api, step, skip) => {
        if (!probe) return;
        const { envelope, raw } = probe;
        const { address, server } = options;
        const send = () => sendMail(api, address, { envelope, message: raw }, signal);
        await prechecked({ api, address, purpose: "send", signal: deadlineOf(options, signal) }, { step, skip }, () =>
          step("send", () => handOverProbe(server, send)),
        );
      }),
  };
}
