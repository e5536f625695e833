import { type Job, type JobFact, job, type MessageBody, subjects } from "@mailfleet/contracts";
import type { OutboxEntry } from "@mailfleet/kit";
import type { JobBody } from "./body.ts";

type Figures = Pick<Job, "total" | "done" | "failed">;
type About = Figures & Pick<JobBody, "correlation">;

function fact<Type extends JobFact>(
  type: Type,
  { correlation }: Pick<JobBody, "correlation">,
  body: MessageBody<`job.${Type}.v1`>,
): OutboxEntry {
  const subject = subjects.jobFact(body.jobId, type);
  return { subject, type: `${job.name}.${type}.v1`, correlation: correlation ?? body.jobId, body };
}

const figuresOf = ({ total, done, failed }: Figures): Figures => ({ total, done, failed });

export const jobStarted = (jobId: string, one: About & Pick<JobBody, "verb" | "by">, at: number): OutboxEntry =>
  fact("started", one, { jobId, at, ...figuresOf(one), verb: one.verb, by: one.by });

export const jobProgressed = (jobId: string, one: About, at: number): OutboxEntry =>
  fact("progressed", one, { jobId, at, ...figuresOf(one) });

export const jobEnded = (jobId: string, one: About, state: "done" | "cancelled", at: number): OutboxEntry =>
  fact("ended", one, { jobId, at, ...figuresOf(one), state });
