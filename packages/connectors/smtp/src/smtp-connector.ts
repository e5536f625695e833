import { type OutboundConnector, UncertainError } from "@mailfleet/connector-api";
import { type Failure, failureCodes, failureOf, type TestStep } from "@mailfleet/contracts";
import { classifyError } from "./classify-error.ts";
import { connect } from "./connect.ts";
import { type Deadlines, defaultDeadlines } from "./deadlines.ts";
import { SmtpPool } from "./pool.ts";
import type { Connected, SetupStep } from "./set-up.ts";
import { transact } from "./transaction.ts";

/** SMTP submission (RFC 6409). Deadlines are shortened by tests only. */
export function smtpConnector(deadlines: Partial<Deadlines> = {}): OutboundConnector {
  const limits = { ...defaultDeadlines, ...deadlines };
  return {
    protocol: "smtp",
    open: (options, maximumConnections) => new SmtpPool(options, maximumConnections, limits),
    test: async (options, probe, listener, signal) => {
      const steps: TestStep[] = [];
      const add = (step: TestStep) => {
        steps.push(step);
        listener(step, steps.length - 1);
      };
      const held: SetupStep[] = [];
      let connected: Connected;
      try {
        connected = await connect(options, signal, (step) => {
          if (step.outcome === "failed") held.push(step);
          else add(step);
        });
      } catch (error) {
        const failure = classifyError(error);
        for (const step of held) add({ ...step, ...explain(failure) });
        return { steps, failure };
      }
      if (probe === null) {
        connected.channel.quit();
        return { steps, failure: null };
      }
      const { host, port } = options.server;
      const context = { deadlines: limits, host, port, signedIn: options.credentials !== null };
      const started = performance.now();
      const ms = () => Math.round((performance.now() - started) * 10) / 10;
      const sendBy = AbortSignal.any([signal, AbortSignal.timeout(options.connectionTimeoutMs + limits.commandMs)]);
      try {
        const sent = await transact(connected, probe.envelope, probe.raw, context, sendBy);
        add({ step: "send", outcome: "ok", ms: ms(), detail: sent.answer });
        return { steps, failure: null };
      } catch (error) {
        const failure =
          error instanceof UncertainError ? failureOf("CONNECTION_LOST", { host, port }) : classifyError(error);
        add({ step: "send", outcome: "failed", ms: ms(), ...explain(failure) });
        return { steps, failure };
      } finally {
        connected.channel.quit();
      }
    },
  };
}

/** What a failed step shows: the server's words or the system's code, the code, and what to do. */
function explain(failure: Failure): Pick<TestStep, "detail" | "code" | "remedy"> {
  const { text, remedy } = failureCodes[failure.code];
  return { detail: failure.evidence?.reply ?? failure.evidence?.systemCode ?? text, code: failure.code, remedy };
}
