import type { AlertObject, Incident } from "@mailfleet/contracts";
import { type NoticePace, noNotice, planNotice } from "../notice/decide.ts";
import type { IncidentBody, IncidentDocument, ShownIncident } from "./document.ts";

/** The present state of the alerts of an incident. */
export interface Seen {
  /** How many are raised. 0: the incident is over, and `first` is the last known alert. */
  readonly raised: number;
  readonly object: AlertObject;
  readonly first: Pick<IncidentBody, "code" | "text" | "remedy" | "firstAt">;
  readonly severity: IncidentBody["severity"];
  readonly hosts: readonly string[];
  /** True if people were told of one of them before incidents existed. */
  readonly isTold: boolean;
}

/** The incident as it follows from its alerts. `null`: nothing changes. `keptMs`: how long it is shown when it has ended. */
export function settled(
  before: IncidentDocument | null,
  seen: Seen,
  { now, keptMs, ...pace }: NoticePace & { readonly now: number; readonly keptMs: number },
): IncidentBody | null {
  const isOpen = before?.state === "raised";
  if (seen.raised === 0) {
    if (!isOpen) return null;
    const over: IncidentBody = {
      ...before,
      state: "cleared",
      alerts: 0,
      clearedAt: now,
      forgetAt: new Date(now + keptMs),
    };
    return { ...over, notice: planNotice(over, now, pace) };
  }
  const { raised: alerts, severity, hosts, object } = seen;
  if (isOpen) {
    const { object: known } = before;
    const isSame = known.label === object.label || object.label === undefined;
    const isAsBefore = before.alerts === alerts && before.severity === severity && before.hosts.join() === hosts.join();
    if (isSame && isAsBefore) return null;
    const grown = {
      ...before,
      object: { ...known, ...object },
      alerts,
      most: Math.max(before.most, alerts),
      severity,
      hosts,
    };
    // Some recipients want errors only.
    return before.severity === severity ? grown : { ...grown, notice: planNotice(grown, now, pace) };
  }
  const episode = (before?.episode ?? 0) + 1;
  const notice = before?.notice ?? (seen.isTold ? { state: "sent" as const, toldEpisode: episode } : noNotice);
  const opened = {
    ...{ object: { ...before?.object, ...object }, ...seen.first, severity, state: "raised" as const, episode },
    ...{ alerts, most: alerts, hosts, clearedAt: null, acknowledged: null, escalatedAt: null },
    // A mute holds for later episodes too.
    muted: before?.muted && before.muted.until > now ? before.muted : null,
  };
  const body: IncidentBody = { ...opened, notice };
  return { ...body, notice: planNotice(body, now, pace) };
}

/** The incident as the API shows it. */
export function shownIncident(incident: ShownIncident): Incident {
  const { _id: id, v, createdAt, changedAt, object, code, severity, text, remedy, state, alerts, most } = incident;
  const { hosts, firstAt, clearedAt, acknowledged, muted, escalatedAt, notice } = incident;
  const what = { id, v, object, code, severity, text, remedy, state, alerts, most, hosts: [...hosts] };
  const people = { acknowledged, muted, escalatedAt, notification: notice.state };
  return { ...what, firstAt, clearedAt, ...people, createdAt, changedAt };
}
