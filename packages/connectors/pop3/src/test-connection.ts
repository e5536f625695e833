import { type ConnectOptions, checkPort, type StepListener, type TestReport } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureCodes, failureOf, type TestStep } from "@mailfleet/contracts";
import type { Pop3Deadlines } from "./deadlines.ts";
import { type Dialled, type DialStep, dial } from "./dial.ts";
import { countMessages } from "./list-messages.ts";
import { hangUp } from "./pop3-session.ts";

const stepAfter: Readonly<Record<DialStep, DialStep>> = {
  resolve: "connect",
  connect: "tls",
  tls: "authenticate",
  authenticate: "authenticate",
};

/** Goes the whole way once: resolve, connect, tls, authenticate, list. Never throws for what a server does. */
export async function testConnection(
  options: ConnectOptions,
  deadlines: Pop3Deadlines,
  listener: StepListener,
  signal: AbortSignal,
): Promise<TestReport> {
  const steps: TestStep[] = [];
  let since = performance.now();
  const note = (step: TestStep["step"], more: Omit<TestStep, "step" | "ms">) => {
    const now = performance.now();
    const ms = more.outcome === "skipped" ? 0 : Math.round((now - since) * 10) / 10;
    since = now;
    steps.push({ step, ms, ...more });
    listener({ step, ms, ...more }, steps.length - 1);
  };
  const failed = (step: TestStep["step"], failure: Failure): TestReport => {
    const detail = failure.evidence?.reply ?? failure.evidence?.systemCode;
    const { remedy } = failureCodes[failure.code];
    note(step, { outcome: "failed", ...(detail && { detail }), code: failure.code, remedy });
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
    dialled = await dial(options, deadlines, signal, (step, detail) => {
      note(step, { outcome: "ok", detail });
      next = stepAfter[step];
      if (next === "tls" && options.server.security === "none") {
        note("tls", { outcome: "skipped", detail: "the profile asks for no encryption" });
        next = "authenticate";
      }
    });
  } catch (error) {
    return failed(next, failureIn(error));
  }
  const { wire } = dialled;
  const stop = () => wire.end(signal.reason);
  const late = setTimeout(
    () => wire.end(Object.assign(new Error("no answer to STAT"), { code: "ETIMEDOUT" })),
    options.connectionTimeoutMs,
  );
  signal.addEventListener("abort", stop, { once: true });
  try {
    const count = await countMessages(wire);
    note("list", { outcome: "ok", detail: `${count} ${count === 1 ? "message" : "messages"} in the inbox` });
    return { steps, failure: null };
  } catch (error) {
    signal.throwIfAborted();
    return failed("list", dialled.failure(error).failure);
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", stop);
    await hangUp(dialled, deadlines.goodbyeMs);
  }
}
