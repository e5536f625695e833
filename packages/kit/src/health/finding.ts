/** What a check found: how bad it is, a sentence, and what to do. */
export interface Found {
  readonly level: "ok" | "warn" | "fail";
  readonly text: string;
  readonly todo?: string;
}

/** One thing that a service looks at when it is asked how it is. */
export interface Check<Ports> {
  /** Name of its page in docs/runbooks, without `.md`. */
  readonly runbook: string;
  look(ports: Ports): Promise<Found>;
}

/** Nothing is wrong. */
export const fine = (text: string): Found => ({ level: "ok", text });
/** Somebody should look. */
export const warning = (text: string, todo: string): Found => ({ level: "warn", text, todo });
/** Something does not work. */
export const failing = (text: string, todo: string): Found => ({ level: "fail", text, todo });

const units = [
  ["days", 86_400_000],
  ["hours", 3_600_000],
  ["minutes", 60_000],
] as const;

/** A length of time as people say it: `3 days`, `40 seconds`. */
export function spanOf(ms: number): string {
  const [unit, length] = units.find(([, least]) => Math.abs(ms) >= 2 * least) ?? ["seconds", 1000];
  return `${Math.round(Math.abs(ms) / length)} ${unit}`;
}
