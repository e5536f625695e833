import { factsAbout, type RequestName, streams, subjects } from "@mailfleet/contracts";

/** What every worker asks. */
export const workerAsks = [
  "config.connection.get",
  "config.grant.begin-refresh",
  "config.grant.end-refresh",
  "config.profile.keep-certificate",
] as const satisfies readonly RequestName[];

/** To which every worker publishes: what became of a run and of mail, and when a run is to come again. */
export const workerPublishes: readonly string[] = [
  ...streams.MAILBOX.subjects,
  ...streams.RUNS.subjects,
  subjects.timerSet("*"),
  ...factsAbout("mail", "run"),
];
