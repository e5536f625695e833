import type { Failure } from "@mailfleet/contracts";
import { failureFields } from "@mailfleet/kit";
import { type ComposedMessage, domainOf } from "@mailfleet/mime";
import type { AlertDocument } from "../alert/document.ts";
import type { AlertingPorts } from "../ports.ts";
import type { NoticeChannel, UsableSettings } from "./channel.ts";
import { composeNotice } from "./compose.ts";
import { noticeFailure, putOffMs } from "./failure.ts";
import { languageOf } from "./languages/languages.ts";
import { drop, noteSent, putOff, recipientsRefused, serverFailed } from "./outcomes.ts";
import { successRecipients } from "./recipients.ts";
import { serverWorks } from "./server-state.ts";
import { successMail } from "./text.ts";

/** The successes that one address is told of. */
interface Share {
  readonly address: string;
  readonly alerts: AlertDocument[];
}

/**
 * Tells each owner in one mail of all that passed. An owner whom the server refuses or puts off holds up no other, and who
 * was told once is not told again. At `until` and at the end of the process the rest waits for the next round. False: the
 * mail server or `config` does not work; what was not told is due again.
 */
export async function sendSuccesses(
  ports: AlertingPorts,
  settings: UsableSettings,
  alerts: readonly AlertDocument[],
  open: () => Promise<NoticeChannel>,
  until: number,
): Promise<boolean> {
  const { signal, now } = ports;
  const waiting = await sharesOf(ports, settings, alerts);
  if (!waiting) return false;
  const settled = new Map(alerts.map((alert) => [alert, [...(alert.notice.settled ?? [])]]));
  const settledOf = (alert: AlertDocument) => settled.get(alert) ?? [];
  const reached = new Set(alerts.filter(({ notice }) => notice.settled));
  const dueAgain = new Map<AlertDocument, number>();
  const refused: { address: string; reply: string }[] = [];
  let isWorking = false;
  for (let share = waiting.shift(); share; share = waiting.shift()) {
    if (signal.aborted || now() > until) {
      for (const alert of alertsOf([share, ...waiting])) await putOff(ports, alert, now(), settledOf(alert));
      break;
    }
    const mail = await composed(ports, settings, share);
    const failure = mail && (await send(mail, open));
    if (failure && !ofOneRecipient.has(failure.code)) {
      await serverFailed(ports, settings, alertsOf([share, ...waiting]), failure, settledOf);
      return false;
    }
    // Otherwise it is the address, not the server, so the others get theirs.
    if (failure?.code === "MESSAGE_DEFERRED") putOffShare(ports, share, failure, dueAgain);
    else if (failure) refused.push({ address: share.address, reply: failure.evidence?.reply ?? "" });
    else if (mail) {
      isWorking = true;
      for (const alert of share.alerts) reached.add(alert);
    }
    if (failure?.code !== "MESSAGE_DEFERRED")
      for (const alert of share.alerts) settledOf(alert).push(share.address.toLowerCase());
    const later = new Set(alertsOf(waiting));
    for (const alert of share.alerts.filter((one) => !later.has(one))) {
      const due = dueAgain.get(alert);
      if (due !== undefined) await putOff(ports, alert, due, settledOf(alert));
      else await (reached.has(alert) ? noteSent(ports, alert, "raised") : drop(ports, alert, "failed"));
    }
  }
  if (refused.length > 0) await recipientsRefused(ports, settings, refused);
  else if (isWorking) await serverWorks(ports);
  return true;
}

/** The server's answer about the only recipient of a mail. */
const ofOneRecipient: ReadonlySet<Failure["code"]> = new Set(["RECIPIENT_REFUSED", "MESSAGE_DEFERRED"]);

const alertsOf = (shares: readonly Share[]) => [...new Set(shares.flatMap(({ alerts }) => alerts))];

/** A full mailbox or a server that does not know us yet: this owner is told later. */
function putOffShare(
  { now, retryMs, logger, metrics }: AlertingPorts,
  { alerts }: Share,
  failure: Failure,
  dueAgain: Map<AlertDocument, number>,
): void {
  for (const alert of alerts)
    dueAgain.set(alert, now() + putOffMs(failure, now() - (alert.notice.since ?? now()), retryMs));
  logger.warn(
    { alert: alerts[0]?._id, ...failureFields(failure) },
    "an owner is told later that test and enable passed",
  );
  metrics.notices.inc({ outcome: "failed" });
}

/** The mail to one owner; `null`: it cannot be composed, which is not the mail server's fault. */
async function composed(
  { logger, now, consoleUrl }: AlertingPorts,
  settings: UsableSettings,
  { address, alerts }: Share,
): Promise<ComposedMessage | null> {
  try {
    const letter = { domain: domainOf(settings.from), language: languageOf(settings, address), consoleUrl };
    const mail = successMail(alerts, address, letter);
    return await composeNotice({ ...settings, to: [address] }, mail, now());
  } catch (error) {
    logger.error({ alert: alerts[0]?._id, err: error }, "no mail can be composed for this owner");
    return null;
  }
}

/** Hands one mail over; `null` if it left. */
async function send(mail: ComposedMessage, open: () => Promise<NoticeChannel>): Promise<Failure | null> {
  try {
    await (await open()).send(mail);
    return null;
  } catch (error) {
    return noticeFailure(error);
  }
}

/** The mails by recipient; a success without a recipient is settled. `null`: `config` does not answer, so all wait. */
async function sharesOf(
  ports: AlertingPorts,
  settings: UsableSettings,
  alerts: readonly AlertDocument[],
): Promise<Share[] | null> {
  const shares = new Map<string, Share>();
  try {
    for (const alert of alerts) {
      const to = await successRecipients(ports, settings, alert);
      const { settled } = alert.notice;
      const untold = to.filter((address) => !settled?.includes(address.toLowerCase()));
      if (untold.length === 0) await (settled ? noteSent(ports, alert, "raised") : drop(ports, alert, "none"));
      for (const address of untold) {
        const share = shares.get(address.toLowerCase()) ?? { address, alerts: [] };
        share.alerts.push(alert);
        shares.set(address.toLowerCase(), share);
      }
    }
    return [...shares.values()];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    ports.logger.warn({ alerts: alerts.length, reason }, "owners are not told yet that test and enable passed");
    for (const alert of alerts) await putOff(ports, alert, ports.now() + ports.retryMs);
    return null;
  }
}
