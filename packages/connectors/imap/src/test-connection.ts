import { type ConnectOptions, checkPort, type StepListener, type TestReport } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureCodes, failureOf, type TestStep } from "@mailfleet/contracts";
import { type Dialled, type DialStep, dial } from "./dial.ts";
import { hangUp, openInbox } from "./imap-session.ts";

const dialSteps: readonly DialStep[] = ["resolve", "connect", "tls", "authenticate"];

/** Goes the whole way once: resolve, connect, tls, authenticate, list. Never throws for what a server does. */
export async function testConnection(
  options: ConnectOptions,
  listener: StepListener,
  signal: AbortSignal,
): Promise<TestReport> {
  const steps: TestStep[] = [];
  let since = performance.now();
  const note = (step: TestStep["step"], more: Omit<TestStep, "step" | "ms">) => {
    const now = performance.now();
    const entry: TestStep = { step, ms: more.outcome === "skipped" ? 0 : Math.round((now - since) * 10) / 10, ...more };
    since = now;
    steps.push(entry);
    listener(entry, steps.length - 1);
  };
  const failed = (step: TestStep["step"], failure: Failure): TestReport => {
    const detail = failure.evidence?.reply ?? failure.evidence?.systemCode;
    note(step, {
      outcome: "failed",
      ...(detail && { detail }),
      code: failure.code,
      remedy: failureCodes[failure.code].remedy,
    });
    return { steps, failure };
  };
  const failureIn = (error: unknown): Failure => {
    if (error instanceof FailureError) return error.failure;
    throw error;
  };

  if (!options.credentials) return failed("settings", failureOf("CREDENTIALS_MISSING"));
  try {
    checkPort(options.server, options.allowedPorts);
  } catch (error) {
    return failed("settings", failureIn(error));
  }
  let next: DialStep = "resolve";
  let dialled: Dialled;
  try {
    dialled = await dial(options, signal, (step, detail) => {
      note(step, { outcome: "ok", detail });
      const after = dialSteps[dialSteps.indexOf(step) + 1] ?? "authenticate";
      next = after;
      if (after === "tls" && options.server.security === "none") {
        note("tls", { outcome: "skipped", detail: "the profile asks for no encryption" });
        next = "authenticate";
      }
    });
  } catch (error) {
    return failed(next, failureIn(error));
  }
  const stop = () => dialled.client.close();
  const deadline = setTimeout(stop, options.connectionTimeoutMs);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { exists } = await openInbox(dialled);
    note("list", { outcome: "ok", detail: `${exists} ${exists === 1 ? "message" : "messages"} in the inbox` });
    return { steps, failure: null };
  } catch (error) {
    signal.throwIfAborted();
    return failed("list", failureIn(error));
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener("abort", stop);
    await hangUp(dialled);
  }
}
