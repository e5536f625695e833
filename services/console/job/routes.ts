import { Job, JobId, NewJob, paged, pageFields } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { z } from "zod";

import { type Route, route } from "../http/route.ts";

/** A command for many mailboxes with a result for each; `config` runs it. */
export const jobRoutes: readonly Route[] = [
  route("POST", "/jobs", {
    summary: "Give a command to a list of mailboxes or to all of a profile",
    body: NewJob,
    answer: Job,
    status: 202,
    location: (job) => `/jobs/${job.id}`,
    handle: (call) =>
      call.ask("config.job.create", { ...call.command, jobId: idFrom("jb", call.commandId), job: call.body }),
  }),
  route("GET", "/jobs", {
    summary: "List jobs",
    query: z.strictObject(pageFields),
    answer: paged(Job),
    handle: (call) => call.ask("config.job.list", call.query),
  }),
  route("GET", "/jobs/:jobId", {
    summary: "Read a job with its results so far",
    params: z.strictObject({ jobId: JobId }),
    answer: Job,
    handle: (call) => call.ask("config.job.get", call.params),
  }),
];
