import { parseSubject } from "@mailfleet/contracts";

/** Streams into which a timer may deliver. */
export const targets = ["RUNS", "MAILBOX", "SENDS"] as const;
export type Target = (typeof targets)[number];

/** The tick that fires what a stream takes, by stream: one that refuses holds up none of the others. */
export const lanes: Readonly<Record<Target, string>> = {
  RUNS: "fire-runs",
  MAILBOX: "fire-mailbox-events",
  SENDS: "fire-sends",
};

/** The stream that a subject belongs to; `null` if no timer may deliver there. */
export function targetOf(subject: string): Target | null {
  const stream = parseSubject(subject)?.stream;
  return targets.find((one) => one === stream) ?? null;
}
