import { ProblemError } from "@mailfleet/contracts";
import type { Handler, Ports } from "../ports.ts";
import { showJob } from "./run-job.ts";

/** `config.job.get`: with a result for each mailbox that is done. */
export const getJob =
  (ports: Ports): Handler<"config.job.get"> =>
  async ({ id }) => {
    const job = await ports.jobs.load(id);
    if (!job) throw new ProblemError("NOT_FOUND", `There is no job ${id}.`);
    return showJob(job);
  };
