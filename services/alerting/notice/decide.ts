import type { Alert } from "@mailfleet/contracts";

/** The mail that is to be sent. */
export type NoticeKind = "raised" | "escalated" | "cleared";

/** The mail about something that begins and ends: what was sent and what must still be sent. */
export interface Notice {
  /** State of the notices of the present episode; `none` for what is not mailed. */
  readonly state: Alert["notification"];
  /** Number of the episode that people know about and do not yet know to be over; 0 if there is none. */
  readonly toldEpisode: number;
  /** The next notice. Present together with `due` and `since`; absent if there is none. */
  readonly pending?: NoticeKind;
  /** Not before this; moved on while a replica sends. Milliseconds since the epoch. */
  readonly due?: number;
  /** Since when it waits. */
  readonly since?: number;
  /** A replica holds it for sending until then. */
  readonly leaseUntil?: number;
  /** Recipients who have the pending notice or cannot get it, in lower case; the others still need it. Absent if none. */
  readonly settled?: readonly string[];
  /** When people were last told that it is raised. */
  readonly lastRaisedAt?: number;
}

/** The subject of a mail: an incident, or a success that owners are told of. */
export interface Noticed {
  readonly severity: Alert["severity"];
  readonly code: string;
  readonly state: "raised" | "cleared";
  /** Counts how often it was opened. */
  readonly episode: number;
  readonly notice: Notice;
}

/** No mail was sent, and none is needed. */
export const noNotice: Notice = { state: "none", toldEpisode: 0 };

/** The mail that a replica holds for sending. */
export interface TakenNotice {
  readonly kind: NoticeKind;
  readonly episode: number;
}

/** The spacing of mails over time, milliseconds. */
export interface NoticePace {
  /** Shortest time between two mails that say that the same incident is raised. */
  readonly quietMs: number;
  /** How long a mail waits for what else belongs in it: alerts of the incident, successes of the same owner. */
  readonly gatherMs: number;
}

/** The success that owners are told of. */
export const successCode = "MAILBOX_ENABLED";
/** Whether it is told to owners, with others in one mail, and without another mail when it no longer holds. */
export const isSuccess = ({ code }: Pick<Noticed, "code">): boolean => code === successCode;

/** Other information is only listed. A failure of the mail server is never mailed: that would never end. */
function isMailed(one: Pick<Noticed, "severity" | "code">): boolean {
  return isSuccess(one) || (one.severity !== "information" && one.code !== "NOTIFICATION_FAILED");
}

/**
 * What to tell people, by what they know: raised and not told, or told and cleared. What is over before its mail was sent,
 * and what is raised again before its recovery was told, needs none. Called when something opens or closes and when a mail
 * has left, never for a repetition.
 */
export function planNotice(one: Noticed, now: number, { quietMs, gatherMs }: NoticePace): Notice {
  // If it no longer holds, the alert about the cause says so.
  const notice = isSuccess(one) && one.state === "cleared" ? { ...one.notice, toldEpisode: 0 } : one.notice;
  const told = notice.toldEpisode > 0;
  const { pending, due, since, settled: _, ...known } = notice;
  if (!isMailed(one)) return { ...known, state: "none" };
  const wanted = one.state === "raised" && !told ? "raised" : one.state === "cleared" && told ? "cleared" : null;
  if (wanted === null) {
    if (pending === "escalated" && one.state === "raised") return notice;
    if (told) return { ...known, state: "sent" };
    return { ...known, state: notice.state === "pending" ? "none" : notice.state };
  }
  if (wanted === pending && due !== undefined && since !== undefined) return notice;
  // A flapping alert is not mailed each time. Its recovery is mailed at once.
  const quietUntil = wanted === "raised" && notice.lastRaisedAt !== undefined ? notice.lastRaisedAt + quietMs : 0;
  const next = Math.max(now + (wanted === "raised" ? gatherMs : 0), quietUntil, notice.leaseUntil ?? 0);
  return { ...known, state: "pending", pending: wanted, due: next, since: now };
}

/** The relay accepted the mail. The present state decides what to tell next. */
export function noticeSent<One extends Noticed>(one: One, sent: TakenNotice, now: number, pace: NoticePace): One {
  const { pending, due, since, settled, leaseUntil, ...rest } = one.notice;
  const notice: Notice =
    sent.kind === "cleared"
      ? { ...rest, state: "sent", toldEpisode: 0 }
      : { ...rest, state: "sent", toldEpisode: sent.episode, lastRaisedAt: now };
  return { ...one, notice: planNotice({ ...one, notice }, now, pace) };
}

/**
 * The mail did not leave, or not for all: it is due again, unless it was taken back meanwhile. `settled` are who
 * need not be told of this episode any more. `null`: nobody was sending it.
 */
export function noticePutOff<One extends Noticed>(
  one: One,
  due: number,
  settled?: { readonly episode: number; readonly addresses: readonly string[] },
): One | null {
  const { leaseUntil, ...rest } = one.notice;
  const isOfThis = settled?.episode === one.episode && settled.addresses.length > 0;
  const known = isOfThis ? { settled: settled.addresses } : {};
  if (one.notice.pending) return { ...one, notice: { ...rest, ...known, due } };
  return leaseUntil === undefined ? null : { ...one, notice: rest };
}

/**
 * The mail about this episode is given up: it waited too long, there are too many, or nobody is to be told. What began
 * meanwhile is due now. `null`: there is nothing to be given up.
 */
export function noticeDropped<One extends Noticed>(
  one: One,
  state: "none" | "failed",
  { episode, now }: { readonly episode: number; readonly now: number },
): One | null {
  const { leaseUntil, ...kept } = one.notice;
  const { pending, due, since, settled, ...rest } = kept;
  if (!pending) return leaseUntil === undefined ? null : { ...one, notice: kept };
  if (one.episode !== episode) return { ...one, notice: { ...kept, due: now } };
  // Those who were told that it is raised are also told when it is over.
  if (pending === "escalated") return { ...one, notice: { ...rest, state: "sent" } };
  return { ...one, notice: { ...rest, state, toldEpisode: 0 } };
}
