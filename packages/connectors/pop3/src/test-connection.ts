import {
  type ConnectOptions,
  endsBeforeSignIn,
  NotSignedIn,
  notSignedInWords,
  recordTest,
  type StepListener,
  type TestReport,
} from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import { checkPort } from "@mailfleet/network";
import { askedFor } from "./capabilities.ts";
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

/** Takes every stage once: resolve, connect, tls, authenticate, list. Never throws because of a server. */
export async function testConnection(
  options: ConnectOptions,
  deadlines: Pop3Deadlines,
  listener: StepListener,
  signal: AbortSignal,
): Promise<TestReport> {
  const { done, skipped, failed, passed } = recordTest(listener);
  const failureIn = (error: unknown): Failure => {
    if (error instanceof FailureError) return error.failure;
    throw error;
  };

  if (!options.credentials && !endsBeforeSignIn(options)) return failed("settings", failureOf("CREDENTIALS_MISSING"));
  try {
    checkPort(options.server, options.allowedPorts);
  } catch (error) {
    return failed("settings", failureIn(error));
  }
  let next: DialStep = "resolve";
  let dialled: Dialled;
  try {
    dialled = await dial(options, deadlines, signal, (step, detail) => {
      done(step, detail);
      next = stepAfter[step];
      if (next === "tls" && options.server.security === "none") {
        skipped("tls", "the profile asks for no encryption");
        next = "authenticate";
      }
    });
  } catch (error) {
    if (!(error instanceof NotSignedIn)) return failed(next, failureIn(error));
    skipped("authenticate", notSignedInWords(options, error.offered));
    return passed();
  }
  const { wire } = dialled;
  const stop = () => wire.end(signal.reason);
  const late = setTimeout(
    () => wire.end(Object.assign(new Error("no answer to STAT"), { code: "ETIMEDOUT" })),
    options.connectionTimeoutMs,
  );
  signal.addEventListener("abort", stop, { once: true });
  try {
    const [count, capabilities] = await Promise.all([countMessages(wire), dialled.capabilities]);
    const found = `${count} ${count === 1 ? "message" : "messages"} in the inbox`;
    done("list", [found, ...askedFor(capabilities)].join("; "));
    return passed();
  } catch (error) {
    signal.throwIfAborted();
    return failed("list", dialled.failure(error).failure);
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", stop);
    await hangUp(dialled, deadlines.goodbyeMs);
  }
}
