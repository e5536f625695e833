import {
  type ConnectOptions,
  endsBeforeSignIn,
  notSignedInWords,
  recordTest,
  type StepListener,
  type TestReport,
  type TokenCredentials,
} from "@mailfleet/connector-api";
import { FailureError, failureOf, type TestStep } from "@mailfleet/contracts";
import { type GuardedFetch, networkFailure } from "@mailfleet/http";
import type { TokenApi } from "./token-api.ts";

/** What a test needs. */
export interface TestRun {
  readonly options: ConnectOptions;
  readonly listener: StepListener;
  readonly signal: AbortSignal;
}

/** Runs and times one step. `work` returns its detail. */
export type RunStep = (step: TestStep["step"], work: () => Promise<string>) => Promise<void>;

/** Says of a step why it is left out. */
export type SkipStep = (step: TestStep["step"], why: string) => void;

/**
 * A test as steps, until one of them throws: its `FailureError` ends the test and is in its report. What is thrown outside
 * of a step belongs to the settings.
 */
export async function runSteps(
  { options, listener, signal }: TestRun,
  work: (step: RunStep, skip: SkipStep) => Promise<void>,
): Promise<TestReport> {
  const { host, port } = options.server;
  const { done, skipped, failed, passed } = recordTest(listener);
  let at: TestStep["step"] = "settings";
  const run: RunStep = async (step, found) => {
    at = step;
    done(step, await found());
  };
  try {
    await work(run, skipped);
    return passed();
  } catch (thrown) {
    signal.throwIfAborted();
    // A missed deadline is the server's failure. Any other error is a bug.
    const error = isTimeout(thrown) ? networkFailure(thrown, { host, port, command: at }) : thrown;
    if (error instanceof FailureError) return failed(at, error.failure);
    throw error;
  }
}

/** What a test has that ends before it signs in: for connectors that are made with credentials. */
export const nobody: TokenCredentials = {
  type: "token",
  username: "",
  accessToken: async () => {
    throw new FailureError(failureOf("CREDENTIALS_MISSING"));
  },
};

/**
 * The steps that both directions of an API with tokens begin with: connect (a request without a token, which the API
 * refuses) and authenticate (there is a token, and `prove` accepts it); then `more`, unless the test ends before.
 */
export async function runTest(
  run: TestRun & {
    readonly fetch: GuardedFetch;
    readonly api: (fetch: GuardedFetch, options: ConnectOptions) => TokenApi;
  },
  more: (api: TokenApi, step: RunStep, skip: SkipStep) => Promise<void>,
  prove?: (api: TokenApi, signal: AbortSignal) => Promise<string>,
): Promise<TestReport> {
  const { fetch, options, signal } = run;
  return runSteps(run, async (step, skip) => {
    const signsIn = !endsBeforeSignIn(options);
    if (signsIn && options.credentials?.type !== "token") throw new FailureError(failureOf("CREDENTIALS_MISSING"));
    const api = run.api(fetch, signsIn ? options : { ...options, credentials: nobody });
    const deadline = deadlineOf(options, signal);
    await step("connect", async () => {
      await api.reach(deadline);
      return `${new URL(api.root).host} answers`;
    });
    if (!signsIn) return skip("authenticate", notSignedInWords(options, "the API takes a token"));
    await step("authenticate", async () => {
      await api.signIn(deadline);
      return (await prove?.(api, deadline)) ?? "a token was obtained";
    });
    if (!options.ends) await more(api, step, skip);
  });
}

/** Ends when the caller stops, or when the profile's connection time-out is over. */
export function deadlineOf({ connectionTimeoutMs }: ConnectOptions, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(connectionTimeoutMs)]);
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "TimeoutError";
}
