import { type OutboundConnector, UncertainError } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureCodes, failureOf, type TestStep } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { graphToken, sendMail } from "./send-mail.ts";

/**
 * Sends through Microsoft Graph, from the mailbox whose address it is given, with a token that has `Mail.Send`. Nothing
 * is kept open between messages: connections belong to `fetch`.
 */
export function graphOutbound({ fetch }: { readonly fetch: GuardedFetch }): OutboundConnector {
  return {
    protocol: "graph",
    open: (options) => {
      const ended = new AbortController();
      return {
        submit: (envelope, raw, signal) =>
          sendMail(fetch, options, envelope, raw, AbortSignal.any([signal, ended.signal])),
        keepAtMost: () => {},
        close: async () => ended.abort(new Error("the session was closed")),
      };
    },
    test: async (options, probe, listener, signal) => {
      const steps: TestStep[] = [];
      const { host, port } = options.server;
      const run = async (step: TestStep["step"], work: () => Promise<string>): Promise<Failure | null> => {
        const since = performance.now();
        const done = (found: Omit<TestStep, "step" | "ms">) => {
          steps.push({ step, ms: Math.round((performance.now() - since) * 10) / 10, ...found });
          listener(steps.at(-1) as TestStep, steps.length - 1);
        };
        try {
          done({ outcome: "ok", detail: await work() });
          return null;
        } catch (error) {
          const failure = failureOfThrown(error, { host, port });
          done({ outcome: "failed", ...explain(failure) });
          return failure;
        }
      };
      // The token first: by it Graph knows the application; a request without a message to send would prove no more.
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(options.connectionTimeoutMs)]);
      let failure = await run("authenticate", async () => {
        await graphToken(options, { renew: false, signal: deadline });
        return "a token was given";
      });
      if (failure === null && probe !== null)
        failure = await run(
          "send",
          async () => (await sendMail(fetch, options, probe.envelope, probe.raw, signal)).answer,
        );
      return { steps, failure };
    },
  };
}

function failureOfThrown(error: unknown, place: { host: string; port: number }): Failure {
  if (error instanceof FailureError) return error.failure;
  if (error instanceof UncertainError) return failureOf("CONNECTION_LOST", { ...place, reply: error.message });
  if (error instanceof Error && error.name === "TimeoutError") return failureOf("CONNECTION_TIMEOUT", place);
  throw error;
}

/** What a failed step shows: the server's words or the system's code, the code, and what to do. */
function explain(failure: Failure): Pick<TestStep, "detail" | "code" | "remedy"> {
  const { text, remedy } = failureCodes[failure.code];
  return { detail: failure.evidence?.reply ?? failure.evidence?.systemCode ?? text, code: failure.code, remedy };
}
