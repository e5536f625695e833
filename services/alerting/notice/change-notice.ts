import { ProblemError } from "@mailfleet/contracts";
import type { AlertingPorts } from "../ports.ts";
import type { Noticed } from "./decide.ts";
import { isIncident, type Noticing } from "./noticing.ts";

/** One change of the mail about it, remembered by its key. What became of an incident's mail is shown with its alerts. */
export async function changeNotice(
  { documents, members, wall, now }: Pick<AlertingPorts, "documents" | "members" | "wall" | "now">,
  one: Noticing,
  key: string,
  decide: <Document extends Noticed>(present: Document) => Document | null,
): Promise<void> {
  if (!isIncident(one)) return wall.changeNotice(one._id, key, decide);
  try {
    const { after } = await documents.incident.change(one._id, { key: `notice/${key}`, at: now() }, (before) => {
      const changed = decide(before);
      return changed ? { after: changed, quiet: true } : { ignored: "nothing changes" };
    });
    if (after) await members.showNotice(one._id, after.notice.state);
  } catch (error) {
    // It has expired meanwhile.
    if (!(error instanceof ProblemError && error.problem.code === "NOT_FOUND")) throw error;
  }
}
