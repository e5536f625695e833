import { ProblemError } from "@mailfleet/contracts";
import type { IncidentBody, IncidentDocument } from "./document.ts";

/** The caller and the time; for a mute also the reason and the end. */
export interface Asked {
  readonly by: string;
  readonly at: number;
  readonly reason?: string | undefined;
  readonly until?: number | undefined;
}

const longestMuteMs = 366 * 86_400_000;

/** The commands of people on an incident. Pure; each throws its refusal. */
export const commands = {
  acknowledge: (before, { by, at }) => {
    if (before.state === "cleared") throw new ProblemError("NOT_POSSIBLE_NOW", "This incident is over.");
    return { ...before, acknowledged: before.acknowledged ?? { by, at } };
  },
  mute: (before, { by, at, reason = "", until = 0 }) => {
    if (until <= at || until > at + longestMuteMs) throw invalid("/until", "must be in the future, within a year");
    return { ...before, muted: { by, at, reason, until } };
  },
  // Mail that waited for the end of the mute is due.
  unmute: (before, { at }) => {
    const { notice } = before;
    return { ...before, muted: null, notice: notice.pending ? { ...notice, due: at, since: at } : notice };
  },
  // It stays for a moment so that its alerts can be taken off too. A new report opens it again.
  delete: (before, { by, at }) => {
    const { pending: _, due: _due, since: _since, leaseUntil: _lease, ...notice } = before.notice;
    const gone = { state: "cleared" as const, alerts: 0, clearedAt: before.clearedAt ?? at, deletedBy: by };
    const untold: IncidentBody["notice"] = { ...notice, state: "none", toldEpisode: 0 };
    return { ...before, ...gone, forgetAt: new Date(at), notice: untold };
  },
} as const satisfies Record<string, (before: IncidentDocument, asked: Asked) => IncidentBody>;

/** A refusal that names the field. */
export function invalid(pointer: string, reason: string): ProblemError {
  return new ProblemError("INVALID", `${pointer} ${reason}.`, { errors: [{ pointer, reason }] });
}
