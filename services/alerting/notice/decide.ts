import type { AlertBody, AlertDocument, AlertNotice } from "../alert/document.ts";

/** Nobody was told anything, and nothing needs to be told. */
export const noNotice: AlertNotice = { state: "none", toldEpisode: 0 };

/** Which mail an alert was taken for. */
export interface TakenNotice {
  readonly kind: "raised" | "cleared";
  readonly episode: number;
}

/** How mails are spread over time, milliseconds. */
export interface NoticePace {
  /** Shortest time between two mails that say that the same alert is raised. */
  readonly quietMs: number;
  /** How long a success waits for others that the same owner is told of in one mail. */
  readonly gatherMs: number;
}

/** The success that owners are told of. */
export const successCode = "MAILBOX_ENABLED";
/** Whether it is told to owners, with others in one mail, and without another mail when it no longer holds. */
export const isSuccess = ({ code }: Pick<AlertBody, "code">): boolean => code === successCode;

/** Other information is only listed. A failure of the mail server is never mailed, or it would never end. */
function isMailed(alert: Pick<AlertBody, "severity" | "code">): boolean {
  return isSuccess(alert) || (alert.severity !== "information" && alert.code !== "NOTIFICATION_FAILED");
}

/**
 * What to tell people, by what they know: raised and not told, or told and cleared. An alert that clears before its
 * mail was sent, and one that is raised again before its recovery was told, need none. Called when an alert opens or
 * closes and when a mail has left, never for a repetition.
 */
export function planNotice(alert: AlertBody, now: number, { quietMs, gatherMs }: NoticePace): AlertNotice {
  const success = isSuccess(alert);
  // Where it no longer holds, the alert about the cause says so.
  const notice = success && alert.state === "cleared" ? { ...alert.notice, toldEpisode: 0 } : alert.notice;
  const told = notice.toldEpisode > 0;
  const { pending, due, since, settled: _, ...known } = notice;
  if (!isMailed(alert)) return { ...known, state: "none" };
  const wanted = alert.state === "raised" && !told ? "raised" : alert.state === "cleared" && told ? "cleared" : null;
  if (wanted === null) {
    if (told) return { ...known, state: "sent" };
    return { ...known, state: notice.state === "pending" ? "none" : notice.state };
  }
  if (wanted === pending && due !== undefined && since !== undefined) return notice;
  // An alert that flaps is not mailed each time. Its recovery is told at once.
  const quietUntil = wanted === "raised" && notice.lastRaisedAt !== undefined ? notice.lastRaisedAt + quietMs : 0;
  const next = Math.max(now + (success ? gatherMs : 0), quietUntil, notice.leaseUntil ?? 0);
  return { ...known, state: "pending", pending: wanted, due: next, since: now };
}

/** The relay accepted the mail. The alert's present state decides what to tell next. */
export function noticeSent(alert: AlertDocument, sent: TakenNotice, now: number, pace: NoticePace): AlertDocument {
  const { pending, due, since, settled, leaseUntil, ...rest } = alert.notice;
  const notice: AlertNotice =
    sent.kind === "raised"
      ? { ...rest, state: "sent", toldEpisode: sent.episode, lastRaisedAt: now }
      : { ...rest, state: "sent", toldEpisode: 0 };
  return { ...alert, notice: planNotice({ ...alert, notice }, now, pace) };
}

/**
 * The mail did not leave, or not for all: it is due again, unless it was taken back meanwhile. `settled` are who
 * need not be told of this episode any more. `null`: nobody was sending it.
 */
export function noticePutOff(
  alert: AlertDocument,
  due: number,
  settled?: { readonly episode: number; readonly addresses: readonly string[] },
): AlertDocument | null {
  const { leaseUntil, ...rest } = alert.notice;
  const isOfThis = settled?.episode === alert.episode && settled.addresses.length > 0;
  const known = isOfThis ? { settled: settled.addresses } : {};
  if (alert.notice.pending) return { ...alert, notice: { ...rest, ...known, due } };
  return leaseUntil === undefined ? null : { ...alert, notice: rest };
}

/**
 * The mail about this episode is given up: it waited too long, there are too many, or nobody is to be told. What began
 * meanwhile is due now. `null`: there is nothing to be given up.
 */
export function noticeDropped(
  alert: AlertDocument,
  state: "none" | "failed",
  { episode, now }: { readonly episode: number; readonly now: number },
): AlertDocument | null {
  const { leaseUntil, ...kept } = alert.notice;
  const { pending, due, since, settled, ...rest } = kept;
  if (!pending) return leaseUntil === undefined ? null : { ...alert, notice: kept };
  if (alert.episode !== episode) return { ...alert, notice: { ...kept, due: now } };
  return { ...alert, notice: { ...rest, state, toldEpisode: 0 } };
}
