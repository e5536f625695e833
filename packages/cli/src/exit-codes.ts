import { ApiError, NotReachable } from "@mailfleet/client";
import { CommanderError } from "commander";

/** The exit codes of the command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, notReachable: 3, notOver: 4 } as const;

/** Wrong usage that is found only after parsing, e.g. a missing token. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** The command ran, and its result is a failure that has already been printed. */
export class Failed extends Error {
  constructor(message = "") {
    super(message);
    this.name = "Failed";
  }
}

/** The waiting time is up, but Mailfleet goes on. Repeating the command would do it twice. */
export class NotOver extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotOver";
  }
}

/** What the API says to programs speaks of headers. */
const otherToken =
  "The token comes from --token-file, --context, MAILFLEET_TOKEN_FILE, MAILFLEET_TOKEN or `mailfleet login`, in this order. An administrator makes another with `mailfleet tokens create`.";

/** Exit code and text for the error that ended the command. */
export function outcomeOf(
  error: unknown,
  flagFor: (pointer: string) => string | undefined = () => undefined,
): { code: number; lines: string[] } {
  if (error instanceof CommanderError)
    return { code: error.exitCode === 0 ? exitCodes.done : exitCodes.usage, lines: [] };
  if (error instanceof UsageError) return { code: exitCodes.usage, lines: [error.message] };
  if (error instanceof Failed) return { code: exitCodes.failed, lines: error.message ? [error.message] : [] };
  if (error instanceof NotOver) return { code: exitCodes.notOver, lines: [error.message] };
  if (error instanceof NotReachable)
    return {
      code: exitCodes.notReachable,
      lines: [error.message, "Start it (`npm start`), or give its address with --url or MAILFLEET_URL."],
    };
  if (error instanceof ApiError) {
    const { code, detail, remedy, errors, correlation } = error.problem;
    const fields = (errors ?? []).map((entry) => `  ${flagFor(entry.pointer) ?? entry.pointer} ${entry.reason}`);
    // The detail of a refused input already names every field, in one long line.
    const first = code === "INVALID" && fields.length > 0 ? "The request is not valid:" : detail;
    const toDo = code === "UNAUTHENTICATED" ? otherToken : remedy;
    return {
      code: exitCodes.failed,
      lines: [
        first,
        ...fields,
        ...(toDo ? [toDo] : []),
        ...(error.status >= 500 ? [`Correlation: ${correlation}`] : []),
      ],
    };
  }
  return { code: exitCodes.failed, lines: [error instanceof Error ? error.message : String(error)] };
}
