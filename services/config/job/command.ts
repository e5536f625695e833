import { namesAddress } from "@mailfleet/contracts";
import type { CommandInput } from "@mailfleet/kit";
import type { JobBody, JobItem } from "./body.ts";

/** A command for one mailbox. */
export type ItemCommand = CommandInput & { readonly id: string };

/** The command that a job gives to one of its mailboxes: the same each time, so that it is taken once. */
export function commandFor(
  {
    id,
    by,
    correlation = id,
    verb,
    input,
  }: { readonly id: string } & Pick<JobBody, "by" | "correlation" | "verb" | "input">,
  { mailboxId, address }: JobItem,
): ItemCommand {
  const seen = namesAddress(verb) ? { address } : {};
  return { ...input, ...seen, id: mailboxId, commandId: `${id}/${mailboxId}`, by, correlation };
}
