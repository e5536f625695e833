import {
  includesPart,
  type Job,
  type JobVerb,
  mailbox,
  type NewJob,
  ProblemError,
  type RequestArguments,
} from "@mailfleet/contracts";
import { refuseUnlessAllowed } from "../http/authenticate.ts";
import type { Particular } from "../http/noun-routes.ts";
import type { Call } from "../http/route.ts";

/** Whoever asks many mailboxes must be allowed to ask one. @throws FORBIDDEN */
function refuseVerb(caller: Call["caller"], verb: JobVerb): void {
  const declared = mailbox.operations[verb as keyof typeof mailbox.operations];
  refuseUnlessAllowed(caller, { operation: `mailbox.${verb}`, role: declared?.role ?? "administrator" });
}

/** The job that the path names, which does not exist for who is limited to a part that it may leave. @throws NOT_FOUND */
async function ownJob({ caller: { within }, params: { job: id = "" }, ask }: Call<{ job?: string }>): Promise<Job> {
  const found = await ask("config.job.get", { id });
  if (within && !includesPart(within, found.within)) throw new ProblemError("NOT_FOUND", `There is no job ${id}.`);
  return found;
}

/** What is particular about jobs: their rights are those of their verb. Who is limited to a part of the fleet has jobs there. */
export const jobParticular: Particular = {
  before: async (verb, call: Call<{ job?: string }, unknown, NewJob>) => {
    if (verb === "create") refuseVerb(call.caller, call.body.verb);
    if (verb === "cancel") refuseVerb(call.caller, (await ownJob(call)).verb);
    if (verb === "results" && call.caller.within) await ownJob(call);
  },
  answers: {
    get: (call) => ownJob(call as Call<{ job?: string }>),
    list: ({ caller: { within }, ask }, query: RequestArguments<"config.job.list">) =>
      ask("config.job.list", { ...query, ...(within && { within }) }),
  },
  parted: ["create", "get", "list", "cancel", "results"],
};
