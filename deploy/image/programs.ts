import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** A program that has an image of its own. */
export interface Program {
  /** Its first file, from the root of the checkout. */
  readonly main: string;
  readonly text: string;
}

/** What can run in a container: the six services, and the command line, which also makes the topology. */
export const programs: Readonly<Record<string, Program>> = {
  config: { main: "services/config/main.ts", text: "profiles, mailboxes and their state machine" },
  scheduler: { main: "services/scheduler/main.ts", text: "timers" },
  "inbound-sync": { main: "services/inbound-sync/main.ts", text: "receives mail" },
  "outbound-send": { main: "services/outbound-send/main.ts", text: "sends mail" },
  alerting: { main: "services/alerting/main.ts", text: "alerts and notices" },
  console: { main: "services/console/main.ts", text: "the HTTP API and its pages" },
  cli: { main: "packages/cli/bin/mailfleet.mjs", text: "the command line, and the step that makes the topology" },
};

/** Files that code starts as threads: it finds them by name beside itself. */
export const threads: readonly string[] = ["packages/mime/src/parse-body-thread.ts"];
