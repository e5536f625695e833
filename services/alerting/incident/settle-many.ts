import { ProblemError, type RequestArguments } from "@mailfleet/contracts";
import { causeOf } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { commands, invalid } from "./commands.ts";
import { takeOffAlerts } from "./take-off-alerts.ts";

const most = 1000;
const leftOut: ReadonlySet<string> = new Set(["NOT_FOUND", "NOT_POSSIBLE_NOW"]);

/**
 * The same command for each of many incidents. Each remembers it, so that a repetition goes on where the first one stopped.
 * One that is over or gone meanwhile is left out. @throws INVALID
 */
export async function settleMany(
  ports: AlertingPorts,
  { verb, ids, profile, code, reason, until, ...command }: RequestArguments<"alerting.incident.settle">,
): Promise<{ settled: number }> {
  if (!ids && profile === undefined && code === undefined)
    throw invalid("/ids", "is needed, or a profile or a code whose incidents are meant");
  if (verb === "mute" && reason === undefined) throw invalid("/reason", "is needed to mute");
  if (verb === "mute" && until === undefined) throw invalid("/until", "is needed to mute");
  const { by, commandId } = command;
  const at = ports.now();
  let settled = 0;
  for (const id of ids ?? (await matching(ports, profile, code))) {
    try {
      await ports.documents.incident.change(id, causeOf(`settle/${verb}`, command, at), (before) => ({
        after: commands[verb](before, { by, at, reason, until }),
      }));
      if (verb === "delete") await takeOffAlerts(ports, id, by, commandId);
      settled++;
    } catch (error) {
      if (!(error instanceof ProblemError && leftOut.has(error.problem.code))) throw error;
    }
  }
  ports.kick("notices");
  return { settled };
}

async function matching({ documents }: AlertingPorts, profile?: string, code?: string): Promise<string[]> {
  const filter = {
    state: "raised",
    ...(profile === undefined ? {} : { $or: [{ "object.id": profile }, { "object.profileId": profile }] }),
    ...(code === undefined ? {} : { code }),
  };
  const found = await documents.incident.list({ filter, sort: [["_id", 1]], limit: most });
  return found.map(({ _id }) => _id);
}
