import { setTimeout as delay } from "node:timers/promises";
import type { StepListener, TestReport } from "@mailfleet/connector-api";
import {
  type Failure,
  failureCodes,
  failureOf,
  ProblemError,
  type RequestArguments,
  type RequestOutput,
  type TestStep,
} from "@mailfleet/contracts";
import { failureFields, type Permit } from "@mailfleet/kit";
import { afterCertificate } from "./certificate-step.ts";
import { failureFor } from "./describe-error.ts";
import { type OpenedConnection, openConnection } from "./open-connection.ts";
import { permitKeys } from "./permit-keys.ts";
import type { WorkerParts, WorkerPorts } from "./ports.ts";
import { isAway, tookTooLong } from "./run-handler.ts";
import { stopped } from "./test-handler.ts";

/** What is asked of a worker. */
export type TestQuestion = RequestArguments<"inbound-sync.connection-test.run">;
type Answer = RequestOutput<"inbound-sync.connection-test.run">;

/** Goes the whole way once and changes nothing; tells each step as it is done. */
export type TryConnection<Connector> = (
  opened: OpenedConnection<Connector>,
  tell: StepListener,
  signal: AbortSignal,
) => Promise<TestReport>;

/** The whole test ends after this: somebody waits for the answer. */
const deadlineMs = 45_000;
/** So long a connection is waited for, where all that the profile may have are in use. */
const permitMs = 10_000;
const permitAgainMs = 500;
/** Tests of profiles at the same time in one process. */
const atOnce = 8;

/** What comes after the sign-in. */
const lastStep = { inbound: "list", outbound: "send", act: "mark" } as const;
const neverSends = "a test of a profile sends no message";

/**
 * Tries one connection of a profile for somebody who waits: under the permits and network rules of every connection,
 * with a deadline. What a server does is in the answer. Throws TOO_MANY, UNAVAILABLE, outages.
 */
export function createConnectionTests<Connector>(
  ports: WorkerParts<Connector>,
): (question: TestQuestion, stopping: AbortSignal, attempt: TryConnection<Connector>) => Promise<Answer> {
  let running = 0;
  return async (question, stopping, attempt) => {
    if (running >= atOnce)
      throw new ProblemError("TOO_MANY", `${atOnce} tests of profiles are under way; wait until one of them is over.`);
    running += 1;
    try {
      return await tryOnce(ports, question, stopping, attempt);
    } finally {
      running -= 1;
    }
  };
}

async function tryOnce<Connector>(
  ports: WorkerParts<Connector>,
  question: TestQuestion,
  stopping: AbortSignal,
  attempt: TryConnection<Connector>,
): Promise<Answer> {
  const { direction } = ports;
  const { mailbox, credentials } = question;
  // Credentials that are missing are told after all that is possible without them.
  const missing = credentials.type === "none" && question.ends === null ? failureOf(credentials.reason) : null;
  const ends = missing
    ? ({ before: "sign-in", why: failureCodes[missing.code].text } as const)
    : (question.ends ?? undefined);
  const deadline = AbortSignal.timeout(deadlineMs);
  const until = AbortSignal.any([stopping, deadline]);
  const steps: TestStep[] = [];
  let report: TestReport;
  let permit: Permit | null = null;
  try {
    const connection = { ...question, mailboxId: mailbox?.id ?? "", address: mailbox?.address ?? "" };
    const opened = await openConnection(ports, connection, {
      ends,
      asked: question.next ? "next" : "connection",
    });
    permit = await permitWithin(ports, connection, until);
    const signal = AbortSignal.any([until, permit.signal]);
    signal.throwIfAborted();
    const tell: StepListener = (step) => steps.push(step);
    report = await afterCertificate(opened.options, tell, signal, (next) => attempt(opened, next, signal));
  } catch (error) {
    if (error instanceof ProblemError || isAway(ports, error)) throw error;
    if (stopping.aborted || permit?.signal.aborted)
      throw new ProblemError("UNAVAILABLE", "The test was broken off.", { remedy: "Test again." });
    const failure = deadline.aborted ? tookTooLong(deadlineMs) : failureFor(error, ports.logger);
    report = stopped(failure, steps);
  } finally {
    await permit?.give();
  }
  const failure = report.failure ?? missing;
  const logger = ports.logger.child({ profile: question.profileId, direction });
  logger.info(
    { outcome: failure ? "failed" : "ok", ...(failure && failureFields(failure)) },
    "a connection was tested",
  );
  if (report.failure) return { steps: [...report.steps], failed: true };
  if (missing) return { steps: report.steps.map((step) => asFailed(step, missing)), failed: true };
  const why = direction === "outbound" ? neverSends : ends?.why;
  const leftOut: TestStep[] = why ? [{ step: lastStep[direction], outcome: "skipped", ms: 0, detail: why }] : [];
  return { steps: [...report.steps, ...leftOut], failed: false };
}

/** The sign-in that was left out for want of credentials. */
function asFailed(step: TestStep, { code }: Failure): TestStep {
  if (step.step !== "authenticate") return step;
  return { ...step, outcome: "failed", code, remedy: failureCodes[code].remedy };
}

/** Throws TOO_MANY. */
async function permitWithin(
  { permits }: Pick<WorkerPorts<unknown>, "permits">,
  connection: Omit<Parameters<typeof permitKeys>[0], "state">,
  signal: AbortSignal,
): Promise<Permit> {
  const since = performance.now();
  for (;;) {
    const permit = await permits.take(permitKeys({ ...connection, state: "testing" }));
    if (permit) return permit;
    if (performance.now() - since > permitMs) break;
    await delay(permitAgainMs, undefined, { signal });
  }
  const { maximumConcurrentConnections: most } = connection;
  throw new ProblemError("TOO_MANY", `All connections that the profile may have (${most}) are in use.`, {
    remedy: "Try again in a moment, or raise the profile's maximum of concurrent connections.",
  });
}
