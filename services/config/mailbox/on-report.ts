import type { Incoming } from "@mailfleet/bus";
import type { MachineReport } from "@mailfleet/mailbox";
import type { Ports } from "../ports.ts";
import type { Plan } from "./decide.ts";
import { eventOf } from "./former-secret.ts";
import { take } from "./take.ts";

/** What is read from the stream MAILBOX. */
export const reportTypes = ["mailbox.run-succeeded.v1", "mailbox.run-failed.v1", "mailbox.timer-fired.v1"] as const;
/** A result of a run, or a timer that fired. */
export type Report = Incoming<(typeof reportTypes)[number]>;

/** `mailbox.run-succeeded.v1`, `mailbox.run-failed.v1`, `mailbox.timer-fired.v1`: taken once, stale ones ignored. */
export const onReport =
  (ports: Ports) =>
  async (message: Report): Promise<void> => {
    const { id, correlation, causation } = message;
    const { report, cause } = readReport(message);
    await take(ports, message.body.mailboxId, {
      id,
      kind: "report",
      at: report.at,
      event: report.type,
      correlation,
      causation: causation ?? id,
      steps: "steps" in message.body ? message.body.steps : undefined,
      plan: (document): Plan => ({ events: [eventOf(report, document)], cause }),
    });
  };

/** The message as the machine takes it, and why in a few words. */
function readReport(message: Report): { report: MachineReport; cause?: string } {
  switch (message.type) {
    case "mailbox.run-succeeded.v1": {
      const { direction, generation, purpose, at } = message.body;
      return {
        report: { type: "runSucceeded", direction, generation, purpose, at },
        cause: `${direction} ${purpose} passed`,
      };
    }
    case "mailbox.run-failed.v1": {
      const { direction, generation, purpose, at, failure } = message.body;
      const cause = `${direction} ${purpose} failed: ${failure.code}`;
      return { report: { type: "runFailed", direction, generation, purpose, at, failure }, cause };
    }
    case "mailbox.timer-fired.v1": {
      const { direction, generation, at } = message.body;
      const report = { type: "timerFired", direction, generation, at: at ?? message.at } as const;
      return { report, cause: `${direction} timer` };
    }
  }
}
