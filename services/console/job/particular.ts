import { type JobVerb, mailbox, type NewJob } from "@mailfleet/contracts";
import { refuseUnlessAllowed } from "../http/authenticate.ts";
import type { Particular } from "../http/noun-routes.ts";
import type { Call } from "../http/route.ts";

/** Whoever asks many mailboxes must be allowed to ask one. @throws FORBIDDEN */
function refuseVerb(caller: Call["caller"], verb: JobVerb): void {
  const declared = mailbox.operations[verb as keyof typeof mailbox.operations];
  refuseUnlessAllowed(caller, { operation: `mailbox.${verb}`, role: declared?.role ?? "administrator" });
}

/** What is particular about jobs: their rights are those of their verb. */
export const jobParticular: Particular = {
  before: async (verb, call: Call<{ job?: string }, unknown, NewJob>) => {
    if (verb === "create") refuseVerb(call.caller, call.body.verb);
    if (verb === "cancel")
      refuseVerb(call.caller, (await call.ask("config.job.get", { id: call.params.job ?? "" })).verb);
  },
};
