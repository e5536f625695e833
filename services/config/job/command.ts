import { namesAddress, ProblemError } from "@mailfleet/contracts";
import type { CommandInput } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import type { JobBody, JobItem } from "./body.ts";

/** A command for one mailbox. */
export interface ItemCommand {
  readonly verb: string;
  readonly input: CommandInput & { readonly id: string };
}
type Job = { readonly id: string } & Pick<JobBody, "by" | "within" | "correlation" | "verb" | "input">;

/**
 * The commands that a job gives to some of its mailboxes: the same each time, so that each is taken once. What is answered throws
 * a refusal where the line of a CSV is no longer there.
 */
export async function commandsOf(
  { jobLines }: Pick<Ports, "jobLines">,
  { id: job, by, within, correlation = job, verb, input }: Job,
  items: readonly JobItem[],
): Promise<(item: JobItem) => ItemCommand> {
  const common = { by, correlation, ...(within && { within }) };
  const given = ({ mailboxId: id }: JobItem) => ({ id, commandId: `${job}/${id}`, ...common });
  if (verb !== "import")
    return (item) => ({
      verb,
      input: { ...input, ...(namesAddress(verb) ? { address: item.address } : {}), ...given(item) },
    });
  const lines = await jobLines.read(
    job,
    items.map(({ line = 0 }) => line),
  );
  return (item) => {
    const line = lines.get(item.line ?? 0);
    if (!line)
      throw new ProblemError("NOT_POSSIBLE_NOW", "What the line said is no longer kept.", {
        remedy: "Import the file again.",
      });
    const { new: made, change = {}, credentials } = line;
    const secrets = credentials ? { credentials } : {};
    return made
      ? { verb: "create", input: { ...given(item), ...secrets, new: made } }
      : { verb: "update", input: { ...given(item), ...secrets, change } };
  };
}
