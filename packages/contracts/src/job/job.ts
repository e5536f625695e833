import { z } from "zod";
import { Instant, JobId, MailboxId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { paged, pageFields } from "../noun/request-fields.ts";
import { Problem } from "../problem.ts";
import { Part } from "../roles.ts";
import { JobFilter, JobInput, jobVerbs } from "./inputs.ts";
import { importLine, linesAtOnce, placedLine, placingLine } from "./lines.ts";

/** A failed one with its code, in our words, with what to do, and the server's own words. */
const TestVerdict = z.object({
  outcome: z.enum(["running", "ok", "failed", "stopped"]),
  code: z.string().optional(),
  text: z.string().optional(),
  remedy: z.string().optional(),
  reply: z.string().optional(),
});

/** What became of one mailbox, or would become of it. */
const JobResult = z.object({
  /** Of a line that made none: the id that it would have. */
  mailboxId: MailboxId,
  /** Of a CSV: the number of its line in the file; the heading is the first. */
  line: z.number().int().optional(),
  /** As it was when the job was made: that is what was approved. */
  address: z.string().optional(),
  ok: z.boolean(),
  problem: Problem.optional(),
  /** How each test that the command began came out; `stopped`: without a result, because of a change or a stop. */
  tests: z.object({ inbound: TestVerdict, outbound: TestVerdict, act: TestVerdict }).partial().optional(),
  /** Of a preview: what would be shown otherwise, by name, as text. */
  changes: z.array(z.object({ name: z.string(), from: z.string(), to: z.string() })).optional(),
});

/** So many addresses fit into one request between services, unless most of them are very long. */
const mostAddresses = 10_000;

/** What each fact about a job says: how far it is. */
const about = {
  jobId: JobId,
  at: Instant,
  total: z.number().int(),
  done: z.number().int().describe("mailboxes that have accepted or refused the command"),
  failed: z.number().int().describe("mailboxes that refused it"),
};

/** A command for many mailboxes with a result for each. */
export const job = noun("job", {
  owner: "config",
  id: JobId,
  framed: false,
  text: "commands for many mailboxes",
  path: "/jobs",
  fields: {
    verb: field(z.enum(jobVerbs), "what is asked of each mailbox: any command of one", { column: "VERB", label: true }),
    input: field(JobInput.optional(), "what the command takes, as for one mailbox", { flag: null }),
    mailboxIds: field(z.array(MailboxId).min(1).max(1000).optional(), "which mailboxes: these"),
    addresses: field(
      z.array(z.string().trim().min(1).max(254)).min(1).max(mostAddresses).optional(),
      "which mailboxes: those with these addresses; one that there is not is a result, too",
      { flag: "address <address>" },
    ),
    filter: field(JobFilter.optional(), "which mailboxes: all that this finds, as in their list; {} finds all", {
      flag: null,
    }),
    failedOf: field(JobId.optional(), "which mailboxes: those that refused in this job, or whose test did not pass"),
    count: field(
      z.number().int().nonnegative().optional(),
      "how many mailboxes are meant: with another number nothing begins; needed to delete",
    ),
  },
  shown: {
    state: field(z.enum(["running", "done", "cancelled"]), "whether each mailbox has its result", { column: "STATE" }),
    total: field(z.number().int(), "number of mailboxes", { column: "TOTAL" }),
    done: field(z.number().int(), "number of mailboxes that have accepted or refused the command", { column: "GIVEN" }),
    failed: field(z.number().int(), "number of mailboxes that refused the command", { column: "REFUSED" }),
    results: z
      .array(JobResult)
      .describe("at most 2,000, those first that failed or are under way; `GET /jobs/{job}/results` has all of them"),
    within: Part.optional().describe("the part of the fleet to which the one who gave it is limited"),
    createdAt: field(Instant, "when it was given", { column: "CREATED" }),
    by: field(z.string(), "who gave it", { column: "BY" }),
  },
  filter: { within: Part.optional().describe("between services: only of this part of the fleet") },
  dryRuns: true,
  // A preview decides about each mailbox before it is answered.
  timeoutsMs: { create: 120_000 },
  roles: { create: ["approver", "operator"] },
  sorts: ["createdAt"],
  standard: ["create", "get", "list"],
  operations: {
    cancel: operation({
      role: ["approver", "operator"],
      text: "End a job; mailboxes that have the command already keep it",
    }),
    results: operation({
      kind: "read",
      text: "List the results of a job, in the order of its mailboxes",
      input: {
        failed: z
          .boolean()
          .default(false)
          .describe("yes: only of mailboxes that refused the command, or whose test did not pass"),
        ...pageFields,
      },
      answer: paged(JobResult),
    }),
    "place-lines": operation({
      text: "Say which mailbox each line of a CSV is for and where its password goes",
      kind: "internal",
      input: {
        id: JobId,
        update: z.boolean(),
        first: z.boolean().describe("forget lines that an upload under this id left behind"),
        lines: z.array(placingLine).max(linesAtOnce),
      },
      answer: z.object({
        known: z.boolean().describe("the job was made already: nothing more is needed"),
        lines: z.array(placedLine),
      }),
    }),
    "add-lines": operation({
      text: "Keep lines of a CSV, with sealed passwords, until their job has done them",
      kind: "internal",
      input: { id: JobId, lines: z.array(importLine).max(linesAtOnce) },
      answer: z.object({}),
    }),
  },
  facts: {
    started: z.object({ ...about, verb: z.enum(jobVerbs), by: z.string() }),
    progressed: z.object(about).describe("after each batch of mailboxes; one may be missing, the end is not"),
    ended: z
      .object({ ...about, state: z.enum(["done", "cancelled"]) })
      .describe("of a cancelled one without the batch that is under way at that moment"),
  },
  texts: {
    create: "Give a command to many mailboxes, by list, filter or former job; it is done in the background",
    get: "Read a job with its results so far",
    list: "List jobs, newest first",
  },
});
export type Job = z.output<typeof job.View>;
export type NewJob = z.output<typeof job.New>;
export type JobResult = z.output<typeof JobResult>;

/** Whether a mailbox refused the command, or a test that followed did not pass: what `failedOf` means. */
export const jobFailed = ({ ok, tests = {} }: Pick<JobResult, "ok" | "tests">): boolean =>
  !ok || Object.values(tests).some((test) => test?.outcome === "failed" || test?.outcome === "stopped");
