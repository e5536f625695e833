import { readFileSync } from "node:fs";
import type { Costs } from "../soak/costs.ts";
import type { Fleet } from "./scale.ts";

/** The last line of the soak that the document speaks of: `npm run soak -- --json`. */
export const measured = JSON.parse(readFileSync(new URL("./measured.json", import.meta.url), "utf8")) as Costs;

/** Fleets of this many mailboxes, each polled as by default, and each with as much mail as a business mailbox may have. */
export const fleets: readonly Fleet[] = [10_000, 100_000, 1_000_000].map((many) => ({
  mailboxes: many,
  watchedShare: 0.5,
  pollSeconds: 300,
  inDay: 86.4,
  outDay: 25.9,
  keptDays: 30,
  providerSeconds: 2,
}));
