import { type OutboundConnector, recordTest, UncertainError } from "@mailfleet/connector-api";
import { failureOf } from "@mailfleet/contracts";
import { classifyError } from "./classify-error.ts";
import { connect } from "./connect.ts";
import { type Deadlines, defaultDeadlines } from "./deadlines.ts";
import { SmtpPool } from "./pool.ts";
import type { Connected, SetupStep } from "./set-up.ts";
import { Transaction } from "./transaction.ts";

/** SMTP submission (RFC 6409). Deadlines are shortened by tests only. */
export function smtpConnector(deadlines: Partial<Deadlines> = {}): OutboundConnector {
  const limits = { ...defaultDeadlines, ...deadlines };
  return {
    open: (options, maximumConnections) => new SmtpPool(options, maximumConnections, limits),
    test: async (options, probe, listener, signal) => {
      const { done, skipped, failed, passed } = recordTest(listener);
      let at: SetupStep = "settings";
      let connected: Connected;
      try {
        connected = await connect(options, signal, {
          begun: (step) => {
            at = step;
          },
          done,
          skipped,
        });
      } catch (error) {
        // Broken off by the caller, it has found nothing out.
        signal.throwIfAborted();
        return failed(at, classifyError(error));
      }
      if (probe === null) {
        await connected.channel.quit();
        return passed();
      }
      const { host, port } = options.server;
      const context = {
        deadlines: limits,
        host,
        port,
        signedIn: options.credentials !== null,
        eightBitPolicy: options.eightBitPolicy ?? "encode",
      };
      const sendBy = AbortSignal.any([signal, AbortSignal.timeout(options.connectionTimeoutMs + limits.commandMs)]);
      try {
        const { envelope, raw: message } = probe;
        const sent = await new Transaction({ envelope, message, signal: sendBy }).over(connected, context);
        done("send", sent.answer);
        return passed();
      } catch (error) {
        signal.throwIfAborted();
        const failure =
          error instanceof UncertainError ? failureOf("CONNECTION_LOST", { host, port }) : classifyError(error);
        return failed("send", failure);
      } finally {
        await connected.channel.quit();
      }
    },
  };
}
