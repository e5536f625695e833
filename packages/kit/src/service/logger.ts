import { type Logger, traceIds } from "@mailfleet/contracts";
import { destination, pino, stdSerializers } from "pino";

/** Names under which a credential might come by mistake. `Secret` hides itself; these catch plain strings. */
const censored = ["password", "pass", "authorization", "accessToken", "token", "privateKey"];

/**
 * JSON lines on standard output with the service's name (and replica) in each, and the span under way if there is one.
 * Written synchronously, so that the last line before an exit is there. A `Secret` prints as `[secret]` at any depth, because it formats itself.
 */
export function createLogger(level: string, base: { service: string; replica?: string | undefined }): Logger {
  return pino(
    {
      level,
      base: base.replica === undefined ? { service: base.service } : base,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      mixin: traceIds,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
      redact: { paths: censored.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[secret]" },
    },
    keeping(destination({ fd: 1, sync: true })),
  );
}

const linesKept = 200;
const longestLine = 2000;
const kept: string[] = [];

/** The last lines of this process, oldest first, each cut to 2,000 characters: for `mailfleet support`. */
export const lastLines = (): readonly string[] => [...kept];

function keeping(out: { write(line: string): unknown }) {
  return {
    write(line: string) {
      kept.push(line.slice(0, longestLine).trimEnd());
      if (kept.length > linesKept) kept.shift();
      out.write(line);
    },
  };
}
