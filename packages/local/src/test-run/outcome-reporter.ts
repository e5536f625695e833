import { inspect } from "node:util";

/** What became of one test; the reporter writes each as a JSON line. */
export interface Outcome {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason?: string;
}

/** The part of node:test's events that is read here. */
interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: {
      readonly type?: string;
      readonly error?: { readonly failureType?: string; readonly cause?: unknown };
    };
  };
}

/**
 * The outcome that an event stands for, if any. A skipped group counts once, a group or test that failed only because a
 * part of it failed not at all, a broken hook and a cancelled test as failed.
 */
export function outcomeOf({ type, data }: TestEvent): Outcome | null {
  const name = data.name ?? "";
  const isSuite = data.details?.type === "suite";
  if (type === "test:fail") {
    // What is marked "todo" may fail.
    if (data.todo) return { name, outcome: "skipped", reason: reasonOf(data.todo, "todo") };
    const { error } = data.details ?? {};
    if (error?.failureType === "subtestsFailed") return null;
    return { name, outcome: "failed", reason: inspect(error?.cause ?? error, { depth: 6 }) };
  }
  if (type !== "test:pass") return null;
  if (data.skip) return { name, outcome: "skipped", reason: reasonOf(data.skip, "skipped") };
  if (isSuite) return null;
  return data.todo ? { name, outcome: "skipped", reason: reasonOf(data.todo, "todo") } : { name, outcome: "passed" };
}

const reasonOf = (mark: string | boolean, otherwise: string) => (typeof mark === "string" && mark ? mark : otherwise);

async function* outcomeReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    const outcome = outcomeOf(event);
    if (outcome) yield `${JSON.stringify(outcome)}\n`;
  }
}

// biome-ignore lint/style/noDefaultExport: node:test takes a reporter only as a module's default export
export { outcomeReporter as default };
