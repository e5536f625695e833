import { type AlertCleared, type AlertObject, ProblemError } from "@mailfleet/contracts";
import type { Outcome } from "@mailfleet/kit";
import { keptMs } from "../notification/body.ts";
import type { AlertingPorts } from "../ports.ts";
import { type AlertDecision, adopted, alertIdOf, cleared, deleted, type Origin, raised } from "./decide.ts";
import type { AlertBody, AlertDocument } from "./document.ts";
import type { AlertWall } from "./wall.ts";

const hour = 3_600_000;
/** Longer than the stream keeps facts, any of which may still report it. */
const forgottenMs = 30 * 24 * hour;
const mostOfOneObject = 1000;

/** The wall of this service. It counts each alert that opens, and wakes the sweep that sends its mail. */
export function createAlertWall(ports: AlertingPorts): AlertWall {
  const { marks, now, quietMs, gatherMs } = ports;
  const alerts = ports.documents.alert;
  const context = (origin: Origin) => ({ origin, now: now(), quietMs, gatherMs });

  const opened = ({ outcome, before, after }: Outcome<AlertBody>) => {
    if (outcome !== "accepted" || !after) return;
    if (after.episode !== (before?.episode ?? 0)) ports.metrics.alerts.inc({ code: after.code });
    if (after.notice.due !== before?.notice.due) ports.kick("notices");
    if (after.incidentMark !== before?.incidentMark) ports.kick("incidents");
  };

  /** Changes the alert, or creates it if there is none and the decision asks for one. Returns the alert as it is afterwards. */
  const change = async (
    id: string,
    key: string,
    decide: (before: AlertDocument | null) => AlertDecision | null,
  ): Promise<AlertDocument | null> => {
    const cause = { key, at: now() };
    try {
      const outcome = await alerts.change(id, cause, (before) => decide(before) ?? { ignored: "nothing changes" });
      opened(outcome);
      return outcome.after ?? null;
    } catch (error) {
      if (!isProblem(error, "NOT_FOUND")) throw error;
    }
    const made = decide(null);
    if (!made) return null;
    try {
      const outcome = await alerts.create(id, cause, { body: made.after, outbox: made.outbox });
      opened(outcome);
      return outcome.after ?? null;
    } catch (error) {
      // Another replica made it at the same moment.
      if (isProblem(error, "ALREADY_EXISTS")) return change(id, key, decide);
      throw error;
    }
  };

  const raisedAbout: AlertWall["raisedAbout"] = (object, codes) =>
    alerts.list({
      filter: {
        ...{ "object.id": object.id, "object.type": object.type, state: "raised" },
        ...(object.direction ? { "object.direction": object.direction } : {}),
        ...(codes ? { code: { $in: [...codes] } } : {}),
      },
      sort: [["_id", 1]],
      limit: mostOfOneObject,
    });

  const clear = async (fact: AlertCleared, origin: Origin, keepMs: number) => {
    // Write the mark, then search. A raise does it the other way round, so at least one of them sees the other.
    for (const name of marksOf(fact.object, fact.codes)) await marks.markCleared(name, fact.at, now() + keepMs);
    const raisedNow = await raisedAbout(fact.object, fact.codes);
    if (raisedNow.length === 0) return;
    const ending = { ...context(origin), keptMs: await keptMs(ports) };
    for (const { _id } of raisedNow) await change(_id, origin.id, (before) => before && cleared(before, fact, ending));
  };

  return {
    raisedAbout,
    clear: (fact, origin) => clear(fact, origin, hour),
    forget: (object, origin) => clear({ object, at: Number.MAX_SAFE_INTEGER }, origin, forgottenMs),
    async raise(fact, origin) {
      const id = alertIdOf(fact.object, fact.code);
      const stored = await change(id, origin.id, (before) => raised(before, fact, context(origin)));
      if (stored?.state !== "raised") return;
      const at = await marks.lastCleared(marksThatReach(fact.object, fact.code));
      if (at <= fact.at) return;
      const late = { ...origin, id: `${origin.id}:cleared-already` };
      const ending = { ...context(late), keptMs: await keptMs(ports) };
      await change(id, late.id, (before) => before && cleared(before, { object: fact.object, at }, ending));
    },
    async dismiss(ids, by, origin) {
      for (const id of ids) await change(id, origin.id, (before) => before && deleted(before, by, context(origin)));
    },
    async adopt(id, key) {
      await change(id, key, (before) => before && adopted(before));
    },
    async changeNotice(id, key, decide) {
      await change(id, `notice/${key}`, (before) => {
        const after = before && decide(before);
        return after && { after, outbox: [], quiet: true };
      });
    },
  };
}

const isProblem = (error: unknown, code: string) => error instanceof ProblemError && error.problem.code === code;

const any = "*";
const mark = (object: AlertObject, direction: string, code: string) =>
  [object.type, object.id, direction, code].join("|");

/** The names under which a clear is recorded. */
function marksOf(object: AlertObject, codes: readonly string[] = [any]): string[] {
  return codes.map((code) => mark(object, object.direction ?? any, code));
}

/** The names of all clears that apply to this alert. */
function marksThatReach(object: AlertObject, code: string): string[] {
  const directions = object.direction ? [object.direction, any] : [any];
  return directions.flatMap((direction) => [mark(object, direction, code), mark(object, direction, any)]);
}
