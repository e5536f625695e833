import { type DirectionState, type Failure, failureOf } from "@mailfleet/contracts";
import type { Connections } from "./connections.ts";
import type { WorkerPorts } from "./ports.ts";
import type { Run, RunMessage } from "./run.ts";
import { type RunContext, runAgain } from "./run-messages.ts";

/** What may become of a request to run. */
export type Beginning =
  | { readonly is: "wanted"; readonly run: Run }
  /** The machine has moved on, and has requested what it wants now; or its direction does not run. */
  | { readonly is: "dropped" }
  /** It cannot run yet: its mailbox has not taken over a change that `config` already has. */
  | { readonly is: "too-early"; readonly context: RunContext }
  /** It can never run, and why. */
  | { readonly is: "impossible"; readonly context: RunContext; readonly failure: Failure };

/** States in which a direction runs: if it may not at this moment, it will soon, or the machine moves on. */
const runs: ReadonlySet<DirectionState> = new Set<DirectionState>([
  "testing",
  "enabled.running",
  "enabled.retrying",
  "failed.probing",
]);

/** Asks for the connection and looks whether the run is wanted at this moment. Throws UNAVAILABLE. */
export async function beginRun(
  { logger }: Pick<WorkerPorts<unknown>, "logger">,
  connections: Connections,
  message: RunMessage,
): Promise<Beginning> {
  const { mailboxId, purpose, generation } = message.body;
  const context = contextOf(message);
  const connection = await connections.fresh(mailboxId, context.correlation);
  if (connection === null) return { is: "impossible", context, failure: failureOf("PROFILE_MISSING") };
  if (connection.generation > generation) return { is: "dropped" };
  if (connection.generation < generation) return { is: "too-early", context };
  if (!connection.allowed) return runs.has(connection.state) ? { is: "too-early", context } : { is: "dropped" };
  const { direction } = message.body;
  const { correlation } = context;
  const child = logger.child({ mailbox: mailboxId, direction, purpose, generation, correlation });
  return { is: "wanted", run: { mailboxId, context, connection, logger: child } };
}

/** A run as its messages name it: everything that follows has its correlation. */
export function contextOf({ id, body, correlation }: RunMessage): RunContext {
  return { run: body, correlation: correlation ?? id, causation: id };
}

const againMs = 1000;

/** The same run comes again in a moment. Nobody waits with a message in hand. */
export async function comeAgain(
  { bus, now }: Pick<WorkerPorts<unknown>, "bus" | "now">,
  context: RunContext,
  delayMs = againMs,
): Promise<void> {
  const at = now();
  // Spread, so that those who were refused together do not come together.
  await bus.publish(runAgain(context, at + delayMs + Math.floor(Math.random() * delayMs), at));
}
