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
import { type Dialled, type DialStep, dial } from "./dial.ts";
import { openInbox } from "./imap-session.ts";

const dialSteps: readonly DialStep[] = ["resolve", "connect", "tls", "authenticate"];

/** Takes every stage once: resolve, connect, tls, authenticate, list. Never throws because of a server. */
export async function testConnection(
  options: ConnectOptions,
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
    dialled = await dial(options, signal, (step, detail) => {
      done(step, detail);
      const after = dialSteps[dialSteps.indexOf(step) + 1] ?? "authenticate";
      next = after;
      if (after === "tls" && options.server.security === "none") {
        skipped("tls", "the profile asks for no encryption");
        next = "authenticate";
      }
    });
  } catch (error) {
    if (!(error instanceof NotSignedIn)) return failed(next, failureIn(error));
    skipped("authenticate", notSignedInWords(options, error.offered));
    return passed();
  }
  const deadline = AbortSignal.timeout(options.connectionTimeoutMs);
  try {
    const inbox = await openInbox(dialled, AbortSignal.any([signal, deadline]));
    await inbox.close();
    done("list", `${inbox.exists} ${inbox.exists === 1 ? "message" : "messages"} in the inbox`);
    return passed();
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.aborted) return failed("list", failureIn(error));
    const reply = `no answer to EXAMINE within ${options.connectionTimeoutMs} ms`;
    return failed("list", failureOf("CONNECTION_TIMEOUT", { reply }));
  }
}
