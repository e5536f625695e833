import { type AlertObject, ProblemError } from "@mailfleet/contracts";
import { type Cause, eachAlone, type Round } from "@mailfleet/kit";
import { keptMs } from "../notification/body.ts";
import type { AlertingPorts } from "../ports.ts";
import { type Seen, settled } from "./decide.ts";
import type { IncidentDocument } from "./document.ts";
import { incidentFactsOf } from "./facts.ts";
import { incidentOf } from "./group.ts";
import type { Marked } from "./store.ts";

const perRound = 1000;
const patience = { timeoutMs: 2000 };

/** The tick `incidents`: each incident becomes what its alerts are. */
export function createSettleIncidents(ports: AlertingPorts): Round {
  let isAdopted = false;
  return async (signal) => {
    if (!isAdopted) isAdopted = await adopt(ports);
    for (let isMore = true; isMore && !signal.aborted; ) {
      const marked = await ports.members.marked(perRound);
      isMore = marked.length === perRound;
      const groups = Map.groupBy(marked, ({ incidentId = "" }) => incidentId);
      const alone = { logger: ports.logger, what: "incident", name: ([id]: [string, Marked[]]) => id };
      await eachAlone([...groups], alone, async ([id, group]) => {
        await settleIncident(ports, id);
        await ports.members.unmark(group);
      });
    }
    return undefined;
  };
}

/** The tick `incidents-left`: an incident whose alerts are gone, by an erasure or because they were forgotten, is over. */
export async function settleLeft(ports: AlertingPorts): Promise<void> {
  const filter = { state: "raised" };
  const raised = await ports.documents.incident.list({ filter, sort: [["_id", 1]], limit: perRound });
  const alone = { logger: ports.logger, what: "incident", name: ({ _id }: { _id: string }) => _id };
  await eachAlone(raised, alone, ({ _id }) => settleIncident(ports, _id));
}

/** The incident becomes what its alerts are, and they show what became of the mail about it. */
export async function settleIncident(ports: AlertingPorts, id: string): Promise<void> {
  await settle(ports, id);
  const incident = await ports.documents.incident.load(id);
  if (incident) await ports.members.showNotice(id, incident.notice.state);
}

/**
 * Looks at its alerts and makes the incident match. What is counted is read after the incident, so that a replica that saw
 * less loses the race and looks again.
 */
async function settle(ports: AlertingPorts, id: string): Promise<void> {
  const { documents, now, quietMs, gatherMs } = ports;
  const cause = (): Cause => ({ key: `settle/${now()}/${Math.random()}`, at: now() });
  const decide = async (before: IncidentDocument | null) =>
    settled(before, await look(ports, id, before), { now: now(), keptMs: await keptMs(ports), quietMs, gatherMs });
  const change = async () => {
    const { outcome } = await documents.incident.change(id, cause(), async (before) => {
      const after = await decide(before);
      return after ? { after, outbox: incidentFactsOf(id, before, after, now()) } : { ignored: "nothing changes" };
    });
    if (outcome === "accepted") ports.kick("notices");
  };
  if (await documents.incident.load(id)) return change();
  const body = await decide(null);
  if (!body) return;
  try {
    await documents.incident.create(id, cause(), { body, outbox: incidentFactsOf(id, null, body, now()) });
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.code === "ALREADY_EXISTS")) throw error;
  }
  // Alerts may have ended while it was made.
  await change();
  ports.kick("notices");
}

async function look(ports: AlertingPorts, id: string, before: IncidentDocument | null): Promise<Seen> {
  const found = await ports.members.look(id);
  if (!found) return over;
  const { raised, hosts, told, first } = found;
  const { code, text, remedy, firstAt } = first;
  const severity = found.severities.includes("error") ? "error" : "warning";
  const object = await named(ports, incidentOf(first)?.object ?? first.object, before?.object.label);
  return { raised, object, first: { code, text, remedy, firstAt }, severity, hosts, isTold: told > 0 };
}

const over: Seen = {
  ...{ raised: 0, object: { type: "service", id: "none" }, first: { code: "", text: "", remedy: "", firstAt: 0 } },
  ...{ severity: "warning", hosts: [], isTold: false },
};

/** With the name of the profile; while `config` does not answer, without. */
async function named({ bus }: AlertingPorts, object: AlertObject, known: string | undefined): Promise<AlertObject> {
  const label = object.label ?? known;
  if (label !== undefined || object.type !== "profile") return label === undefined ? object : { ...object, label };
  try {
    return { ...object, label: (await bus.request("config.profile.get", { id: object.id }, patience)).name };
  } catch {
    return object;
  }
}

/** Alerts from before there were incidents are given theirs. True when all have one. */
async function adopt({ members, wall }: AlertingPorts): Promise<boolean> {
  const some = await members.withoutIncident(perRound);
  for (const { _id, v } of some) await wall.adopt(_id, `adopted/${v}`);
  return some.length < perRound;
}
