import type { ConnectOptions, StepListener, TestReport } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureCodes, failureOf, type TestStep } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { networkFailure } from "@mailfleet/http";
import { type GmailApi, gmailApi } from "./gmail-api.ts";

/** What a test needs. */
export interface TestRun {
  readonly fetch: GuardedFetch;
  readonly options: ConnectOptions;
  readonly listener: StepListener;
  readonly signal: AbortSignal;
}

/** Runs and times one step; `work` answers its detail. */
export type RunStep = (step: TestStep["step"], work: () => Promise<string>) => Promise<void>;

/**
 * The steps that both directions begin with: connect (a request without a token, which Gmail answers with 401) and
 * authenticate (a token is there, and `prove` finds it good); then `more`. A step's `FailureError` ends the test and is in its report.
 */
export async function runTest(
  { fetch, options, listener, signal }: TestRun,
  more: (api: GmailApi, step: RunStep) => Promise<void>,
  prove?: (api: GmailApi, signal: AbortSignal) => Promise<string>,
): Promise<TestReport> {
  const { host, port } = options.server;
  const steps: TestStep[] = [];
  const add = (step: TestStep) => {
    steps.push(step);
    listener(step, steps.length - 1);
  };
  const run: RunStep = async (step, work) => {
    const since = performance.now();
    const ms = () => Math.round((performance.now() - since) * 10) / 10;
    try {
      const detail = await work();
      add({ step, outcome: "ok", ms: ms(), detail });
    } catch (thrown) {
      signal.throwIfAborted();
      // A deadline is a failure of the server; whatever else is none of its failures is a mistake of ours.
      const error = isTimeout(thrown) ? networkFailure(thrown, { host, port, command: step }) : thrown;
      if (error instanceof FailureError) add({ step, outcome: "failed", ms: ms(), ...explain(error.failure) });
      throw error;
    }
  };
  try {
    if (options.credentials?.type !== "token")
      await run("settings", async () => {
        throw new FailureError(failureOf("CREDENTIALS_MISSING"));
      });
    const api = gmailApi(fetch, options);
    const deadline = deadlineOf(options, signal);
    await run("connect", async () => {
      await api.reach(deadline);
      return `${new URL(api.root).host} answers`;
    });
    await run("authenticate", async () => {
      await api.signIn(deadline);
      return (await prove?.(api, deadline)) ?? "a token was given";
    });
    await more(api, run);
    return { steps, failure: null };
  } catch (error) {
    if (error instanceof FailureError) return { steps, failure: error.failure };
    throw error;
  }
}

/** The caller's end, or that of the time that the profile gives a connection. */
export function deadlineOf({ connectionTimeoutMs }: ConnectOptions, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(connectionTimeoutMs)]);
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "TimeoutError";
}

/** What a failed step shows: the server's words or the system's code, the code, and what to do. */
function explain(failure: Failure): Pick<TestStep, "detail" | "code" | "remedy"> {
  const { text, remedy } = failureCodes[failure.code];
  return { detail: failure.evidence?.reply ?? failure.evidence?.systemCode ?? text, code: failure.code, remedy };
}
