import { type ConnectOptions, recordTest, type StepListener, type TestReport } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import { checkPort } from "@mailfleet/network";
import { type Dialled, type DialStep, dial } from "./dial.ts";
import { hangUp, openInbox } from "./imap-session.ts";

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
      done(step, detail);
      const after = dialSteps[dialSteps.indexOf(step) + 1] ?? "authenticate";
      next = after;
      if (after === "tls" && options.server.security === "none") {
        skipped("tls", "the profile asks for no encryption");
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
    done("list", `${exists} ${exists === 1 ? "message" : "messages"} in the inbox`);
    return passed();
  } catch (error) {
    signal.throwIfAborted();
    return failed("list", failureIn(error));
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener("abort", stop);
    await hangUp(dialled);
  }
}
