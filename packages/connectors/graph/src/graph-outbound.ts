import { type OutboundConnector, permitted, recordTest, UncertainError } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { graphToken, sendMail } from "./send-mail.ts";

/**
 * Sends through Microsoft Graph, from the mailbox with the given address, with a token that has `Mail.Send`. Nothing
 * stays open between messages: connections belong to `fetch`.
 */
export function graphOutbound({ fetch }: { readonly fetch: GuardedFetch }): OutboundConnector {
  return {
    open: (options) => {
      const ended = new AbortController();
      let inUse = 0;
      return {
        perConnection: 1,
        get inUse() {
          return inUse;
        },
        submit: async (envelope, raw, signal, permission) => {
          inUse += 1;
          try {
            await permitted(permission);
            return await sendMail(fetch, options, envelope, raw, AbortSignal.any([signal, ended.signal]));
          } finally {
            inUse -= 1;
          }
        },
        useAtMost: () => {},
        close: async () => ended.abort(new Error("the session was closed")),
      };
    },
    test: async (options, probe, listener, signal) => {
      const { host, port } = options.server;
      const { done, failed, passed } = recordTest(listener);
      let at: "authenticate" | "send" = "authenticate";
      try {
        // Only the token: a request without a message to send would prove no more.
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(options.connectionTimeoutMs)]);
        await graphToken(options, { renew: false, signal: deadline });
        done("authenticate", "a token was obtained");
        if (probe === null) return passed();
        at = "send";
        done("send", (await sendMail(fetch, options, probe.envelope, probe.raw, signal)).answer);
        return passed();
      } catch (error) {
        return failed(at, failureOfThrown(error, { host, port }));
      }
    },
  };
}

function failureOfThrown(error: unknown, place: { host: string; port: number }): Failure {
  if (error instanceof FailureError) return error.failure;
  if (error instanceof UncertainError) return failureOf("CONNECTION_LOST", { ...place, reply: error.message });
  if (error instanceof Error && error.name === "TimeoutError") return failureOf("CONNECTION_TIMEOUT", place);
  throw error;
}
