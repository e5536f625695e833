import { setTimeout as delay } from "node:timers/promises";
import type { Submitted } from "@mailfleet/connector-api";
import { eachAlone, type Round } from "@mailfleet/kit";
import { type ComposedMessage, domainOf } from "@mailfleet/mime";
import type { AlertDocument } from "../alert/document.ts";
import type { IncidentDocument } from "../incident/document.ts";
import { settleIncident } from "../incident/settle.ts";
import { type NotificationBody, presentSettings } from "../notification/body.ts";
import type { AlertingPorts } from "../ports.ts";
import { changeNotice } from "./change-notice.ts";
import { type NoticeChannel, type UsableSettings, usable } from "./channel.ts";
import { composeNotice } from "./compose.ts";
import type { NoticeKind } from "./decide.ts";
import { noticeFailure } from "./failure.ts";
import { languageOf } from "./languages/languages.ts";
import { maintenanceUntil } from "./maintenance.ts";
import { isIncident, type Noticing } from "./noticing.ts";
import { drop, keepBack, noteSent, putOff, recipientsRefused, serverFailed } from "./outcomes.ts";
import { quietUntil } from "./quiet-hours.ts";
import { recipientsOf } from "./recipients.ts";
import { sendSuccesses } from "./send-successes.ts";
import { serverWorks } from "./server-state.ts";
import { incidentMail, mostListed } from "./text.ts";

/** After this another replica may take the notice of one that died. Longer than a mail may take. */
const leaseMs = 30_000;
/** For the mails to all owners, one after another. Those not sent by then follow in the next round. */
const successLeaseMs = 600_000;
const expiryMs = 86_400_000;
/** More would be a flood when the mail server works again. */
const queueLimit = 1000;
const perSweep = 200;
const hourMs = 3_600_000;
/** A mail server that hangs must not delay the shutdown: when the lease ends, another replica may take the mail. */
const stopPatienceMs = 5000;

/** The tick `notices`. */
export function createSendNotices(ports: AlertingPorts): Round {
  return async (signal) => {
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    const leave = () => void delay(stopPatienceMs, undefined, { ref: false }).then(resolve);
    signal.addEventListener("abort", leave, { once: true });
    try {
      await Promise.race([sendDueNotices(ports), stopped]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
    return undefined;
  };
}

/**
 * One sweep: gives up what is too old or too much, then sends what is due, one after another. The first failure ends
 * the sweep and makes all replicas wait, because the next mail would fail the same way.
 */
async function sendDueNotices(ports: AlertingPorts): Promise<void> {
  const { notices, mailServer, metrics, signal, now } = ports;
  await giveUp(ports);
  const stored = await presentSettings(ports);
  await escalateNeglected(ports, stored);
  if ((await mailServer.get()).pausedUntil > now()) return;
  const present = stored.enabled ? usable(stored) : null;
  let channel: NoticeChannel | undefined;
  const open = async (): Promise<NoticeChannel> => {
    if (!present) throw new Error("notices are off");
    channel ??= await ports.openChannel(present);
    return channel;
  };
  try {
    for (let count = 0; count < perSweep && !signal.aborted; count++) {
      const taken = await notices.takeIncident(now(), now() + leaseMs);
      if (!taken) break;
      if (!present) {
        await drop(ports, taken, "none");
        metrics.notices.inc({ outcome: "dropped" });
      } else if (!(await sendIncident(ports, present, taken, open))) return;
    }
    for (let count = 0; count < perSweep && !signal.aborted; count++) {
      const leaseUntil = now() + successLeaseMs;
      const taken = await notices.takeSuccess(now(), leaseUntil, 0);
      if (!taken) return;
      if (!present) {
        await drop(ports, taken, "none");
        metrics.notices.inc({ outcome: "dropped" });
        continue;
      }
      const quiet =
        quietUntil(present.quietHours, taken.severity, now()) ?? (await maintenanceUntil(ports, present, taken));
      if (quiet !== null) await keepBack(ports, taken, quiet);
      else {
        const alike = await withAlike(ports, present, taken, leaseUntil);
        if (!(await sendSuccesses(ports, present, alike, open, leaseUntil - leaseMs))) return;
      }
    }
  } finally {
    await channel?.close();
  }
}

/** Sends the mail about one incident, unless people are not to be told now. False: the mail server does not work. */
async function sendIncident(
  ports: AlertingPorts,
  settings: UsableSettings,
  taken: IncidentDocument,
  open: () => Promise<NoticeChannel>,
): Promise<boolean> {
  const kind = taken.notice.pending;
  if (!kind) return true;
  const until = await heldBackUntil(ports, settings, taken);
  if (until !== null) {
    await keepBack(ports, taken, until);
    return true;
  }
  const mails = await mailsOf(ports, settings, taken, kind);
  if (!mails) return true;
  const refused: Submitted["rejected"][number][] = [];
  const settled = [...(taken.notice.settled ?? [])];
  for (const { to, mail } of mails)
    try {
      refused.push(...(await (await open()).send(mail)).rejected);
      settled.push(...to.map((address) => address.toLowerCase()));
    } catch (error) {
      // Those of another language may have theirs already.
      await serverFailed(ports, settings, [taken], noticeFailure(error), () => settled);
      return false;
    }
  await noteSent(ports, taken, kind);
  if (refused.length > 0) await recipientsRefused(ports, settings, refused);
  else await serverWorks(ports);
  return true;
}

/** Until when people are not to be told of it: it is muted, these are quiet hours, it is worked on, or an hour has had its mails. */
async function heldBackUntil(
  ports: AlertingPorts,
  settings: UsableSettings,
  incident: IncidentDocument,
): Promise<number | null> {
  const { mailServer, now } = ports;
  const { quietHours, noticesPerHour } = settings;
  const { muted, severity } = incident;
  const at = now();
  if (muted && muted.until > at) return muted.until;
  const quiet = quietUntil(quietHours, severity, at);
  if (quiet !== null) return quiet;
  const maintenance = await maintenanceUntil(ports, settings, incident);
  if (maintenance !== null) return maintenance;
  const hour = Math.floor(at / hourMs);
  return (await mailServer.count(hour)) > noticesPerHour ? (hour + 1) * hourMs : null;
}

/** Incidents that nobody has acknowledged are escalated, once. */
async function escalateNeglected(ports: AlertingPorts, { escalateTo, escalateAfterMinutes }: NotificationBody) {
  if (escalateTo.length === 0) return;
  const { notices, now } = ports;
  const at = now();
  for (const one of await notices.neglected(at - escalateAfterMinutes * 60_000, at, perSweep))
    await changeNotice(ports, one, `escalated/${one.episode}`, (present) =>
      present.state === "raised" && !present.notice.pending
        ? {
            ...present,
            escalatedAt: at,
            notice: { ...present.notice, state: "pending", pending: "escalated", due: at, since: at },
          }
        : null,
    );
}

/** Successes that fit into the same mail. */
async function withAlike(
  ports: AlertingPorts,
  settings: UsableSettings,
  taken: AlertDocument,
  leaseUntil: number,
): Promise<AlertDocument[]> {
  const { notices, now, gatherMs } = ports;
  const alike = [taken];
  while (alike.length < queueLimit) {
    const next = await notices.takeSuccess(now(), leaseUntil, gatherMs);
    if (!next) break;
    const until = await maintenanceUntil(ports, settings, next);
    if (until === null) alike.push(next);
    else await keepBack(ports, next, until);
  }
  return alike;
}

/** One mail in one language. */
interface Addressed {
  readonly to: readonly string[];
  readonly mail: ComposedMessage;
}

/**
 * The mail about an incident, in each language for those who read it; `null`: nobody wants it, or it cannot be composed,
 * which is not the mail server's fault and stops no other.
 */
async function mailsOf(
  ports: AlertingPorts,
  settings: UsableSettings,
  incident: IncidentDocument,
  kind: NoticeKind,
): Promise<Addressed[] | null> {
  const { members, logger, metrics, now, consoleUrl } = ports;
  try {
    const raised = await members.raisedOf(incident._id, mostListed + 1);
    if (kind !== "cleared" && raised.length === 0) {
      // It has just ended, so no mail is needed.
      await putOff(ports, incident, now() + 1000);
      await settleIncident(ports, incident._id);
      return null;
    }
    const last = raised.length > 0 ? null : await members.lastOf(incident._id);
    const alerts = last ? [last] : raised;
    const to = kind === "escalated" ? settings.escalateTo : await recipientsOf(ports, settings, incident, alerts);
    if (to.length === 0) {
      await drop(ports, incident, "none");
      metrics.notices.inc({ outcome: "dropped" });
      return null;
    }
    const untold = to.filter((address) => !incident.notice.settled?.includes(address.toLowerCase()));
    const byLanguage = Map.groupBy(untold, (address) => languageOf(settings, address));
    return await Promise.all(
      [...byLanguage].map(async ([language, readers]) => {
        const mail = incidentMail(incident, alerts, kind, { domain: domainOf(settings.from), language, consoleUrl });
        return { to: readers, mail: await composeNotice({ ...settings, to: readers }, mail, now()) };
      }),
    );
  } catch (error) {
    logger.error(
      { incident: incident._id, code: incident.code, err: error },
      "no mail can be composed for this incident",
    );
    await drop(ports, incident, "failed");
    metrics.notices.inc({ outcome: "failed" });
    return null;
  }
}

async function giveUp(ports: AlertingPorts): Promise<void> {
  const { notices, logger, metrics, now } = ports;
  const old = await notices.waitingSince(now() - expiryMs, perSweep);
  const surplus = await notices.surplus(queueLimit, perSweep);
  const alone = { logger, what: "notices that are given up", name: ({ _id }: Noticing) => _id };
  await eachAlone([...old, ...surplus], alone, async (one) => {
    await drop(ports, one, "failed");
    logger.warn(
      { [isIncident(one) ? "incident" : "alert"]: one._id, code: one.code },
      "notice given up: it waited too long, or too many are waiting",
    );
    metrics.notices.inc({ outcome: "expired" });
  });
}
