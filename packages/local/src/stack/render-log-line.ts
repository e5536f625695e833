/** A line that a service wrote, taken apart. */
export interface LogLine {
  /** "scheduler", or "scheduler#2" of a second replica; "nats", "mongodb" and "stack" too. */
  readonly source: string;
  /** pino's number (30 info, 40 warn, 50 error); other lines: 30 on standard output, 50 on standard error. */
  readonly level: number;
  /** For people: time, message, fields. */
  readonly text: string;
  /** As it was written. */
  readonly raw: string;
}

const LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "WARN",
  50: "ERROR",
  60: "FATAL",
};

/** Fields that the prefix already shows. */
const NOT_SHOWN = new Set(["level", "time", "pid", "hostname", "name", "service", "msg", "v"]);

/** Parses a service's line: pino's JSON, or text of the runtime itself. */
export function readLogLine(source: string, raw: string, onError: boolean): LogLine {
  const entry = parse(raw);
  if (!entry) return { source, level: onError ? 50 : 30, text: raw, raw };
  const level = levelOf(entry.level);
  const fields = Object.entries(entry)
    .filter(([name]) => !NOT_SHOWN.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const at = new Date(entry.time as string | number);
  const time = Number.isNaN(at.getTime()) ? "" : at.toISOString().slice(11, 23);
  return { source, level, raw, text: [time, LEVELS[level] ?? level, entry.msg ?? "", ...fields].join(" ") };
}

/** Our services write the name, other users of pino its number. */
function levelOf(level: unknown): number {
  if (typeof level !== "string") return Number(level ?? 30);
  const named = Object.entries(LEVELS).find(([, name]) => name.toLowerCase() === level);
  return named ? Number(named[0]) : 30;
}

function parse(raw: string): Record<string, unknown> | null {
  if (!raw.startsWith("{")) return null;
  try {
    return JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/**
 * Which lines are shown: all, warnings and worse, none, or those of named services; or a function that takes them all.
 */
export type LogSelection = "all" | "warn" | "none" | readonly string[] | ((line: LogLine) => void);

/**
 * The sink for a selection: prefixed lines on `write`. What the stack itself says is always shown, except with "none".
 */
export function logSink(selection: LogSelection, write: (text: string) => void): (line: LogLine) => void {
  if (typeof selection === "function") return selection;
  const shown = ({ source, level }: LogLine) => {
    if (selection === "none") return false;
    if (selection === "all" || source === "stack") return true;
    if (selection === "warn") return level >= 40;
    return selection.includes(source.split("#")[0] ?? source);
  };
  return (line) => {
    if (shown(line)) write(`${`[${line.source}]`.padEnd(16)} ${line.text}\n`);
  };
}
