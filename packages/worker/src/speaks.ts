import { type Direction, directions, purposes, type RequestName, subjects } from "@mailfleet/contracts";

/** What every worker asks. */
export const workerAsks = [
  "config.connection.get",
  "config.grant.begin-refresh",
  "config.grant.end-refresh",
] as const satisfies readonly RequestName[];

/** The subjects of all runs, with `*` for names. */
const runs = directions.flatMap((direction: Direction) =>
  purposes.map((purpose) => subjects.run(direction, purpose, "*", 0).replace(/\.0$/, ".*")),
);

/** To which every worker publishes: what became of a run, and when it is to come again. */
export const workerPublishes: readonly string[] = [
  subjects.mailboxEvent("*"),
  subjects.timerSet("*"),
  "fact.run.*.*",
  ...runs,
];
