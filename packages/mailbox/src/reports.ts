import type { DirectionSignal } from "./direction-setup.ts";
import { type Draft, tell } from "./draft.ts";
import type { MachineReport } from "./events.ts";
import { wordOf } from "./words.ts";

function signalOf(report: MachineReport): DirectionSignal {
  if (report.type === "timerFired") return { type: "TIMER" };
  const isTest = report.purpose === "test";
  if (report.type === "runSucceeded") return { type: isTest ? "TEST_OK" : "OK" };
  return { type: isTest ? "TEST_FAILED" : "FAILED", failure: report.failure };
}

/** Applies a report to the draft. Returns why it was ignored, or `null` if it was accepted. */
export function report(draft: Draft, event: MachineReport): string | null {
  const { deleted, directions } = draft.state;
  if (deleted) return "the mailbox is deleted";
  const { context, value } = directions[event.direction];
  // This one comparison makes order and repetition harmless.
  if (event.generation !== context.generation)
    return `stale: generation ${event.generation}, ${event.direction} is at ${context.generation}`;
  // In daily work it concerns one message. Of a test the message is ours, so that its refusal is the answer.
  if (event.type === "runFailed" && event.failure.kind === "message" && event.purpose !== "test")
    return "the failure is about one message; the mailbox works";
  if (!tell(draft, event.direction, signalOf(event)))
    return `${event.direction} does not wait for this in state ${wordOf(value)}`;
  return null;
}
