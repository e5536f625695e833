import { setTimeout as delay } from "node:timers/promises";
import type { Submitted } from "@mailfleet/connector-api";
import { eachAlone, type Round } from "@mailfleet/kit";
import { type ComposedMessage, domainOf } from "@mailfleet/mime";
import type { AlertDocument } from "../alert/document.ts";
import { presentSettings } from "../notification/body.ts";
import type { AlertingPorts } from "../ports.ts";
import { type NoticeChannel, type UsableSettings, usable } from "./channel.ts";
import { composeNotice } from "./compose.ts";
import { isSuccess } from "./decide.ts";
import { noticeFailure } from "./failure.ts";
import { drop, noteSent, putOff, recipientsRefused, serverFailed } from "./outcomes.ts";
import { quietUntil } from "./quiet-hours.ts";
import { recipientsOf } from "./recipients.ts";
import { sendSuccesses } from "./send-successes.ts";
import { serverWorks } from "./server-state.ts";
import { noticeMail } from "./text.ts";

/** A replica that dies while sending gives the notice back after this. Longer than a mail may take. */
const leaseMs = 30_000;
/** For all owners of what passed, one after another; who is not told by then is told in the next round. */
const successLeaseMs = 600_000;
const expiryMs = 86_400_000;
/** More would only be a flood when the mail server works again. */
const queueLimit = 1000;
const perSweep = 200;
/** A mail server that hangs must not hold up the end of the service: its mail is given back when its lease is over. */
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
  if ((await mailServer.get()).pausedUntil > now()) return;
  const stored = await presentSettings(ports);
  const present = stored.enabled ? usable(stored) : null;
  let channel: NoticeChannel | undefined;
  try {
    for (let count = 0; count < perSweep && !signal.aborted; count++) {
      const leaseEnds = { one: now() + leaseMs, successes: now() + successLeaseMs };
      const taken = await notices.takeDue(now(), leaseEnds);
      const kind = taken?.notice.pending;
      if (!taken || !kind) return;
      if (!present) {
        await drop(ports, taken, "none");
        metrics.notices.inc({ outcome: "dropped" });
        continue;
      }
      const quiet = quietUntil(present.quietHours, taken.severity, now());
      if (quiet !== null) {
        await putOff(ports, taken, quiet);
        continue;
      }
      const open = async () => {
        channel ??= await ports.openChannel(present);
        return channel;
      };
      if (isSuccess(taken)) {
        const alike = await withAlike(ports, taken, leaseEnds.successes);
        if (await sendSuccesses(ports, present, alike, open, leaseEnds.successes - leaseMs)) continue;
        return;
      }
      const mail = await mailOf(ports, present, taken, kind);
      if (!mail) continue;
      let refused: Submitted["rejected"];
      try {
        refused = (await (await open()).send(mail)).rejected;
      } catch (error) {
        await serverFailed(ports, present, [taken], noticeFailure(error));
        return;
      }
      await noteSent(ports, taken, kind);
      if (refused.length > 0) await recipientsRefused(ports, present, refused);
      else await serverWorks(ports);
    }
  } finally {
    await channel?.close();
  }
}

/** What can be told together with it. */
async function withAlike(
  { notices, now, gatherMs }: AlertingPorts,
  taken: AlertDocument,
  leaseUntil: number,
): Promise<AlertDocument[]> {
  const alike = [taken];
  while (alike.length < queueLimit) {
    const next = await notices.takeSuccess(now(), leaseUntil, gatherMs);
    if (!next) break;
    alike.push(next);
  }
  return alike;
}

/** The mail about an alert; `null`: nobody wants it, or it cannot be composed, which is not the mail server's fault and stops no other. */
async function mailOf(
  ports: AlertingPorts,
  settings: UsableSettings,
  alert: AlertDocument,
  kind: "raised" | "cleared",
): Promise<ComposedMessage | null> {
  const { logger, metrics, now } = ports;
  try {
    const to = await recipientsOf(ports, settings, alert);
    if (to.length === 0) {
      await drop(ports, alert, "none");
      metrics.notices.inc({ outcome: "dropped" });
      return null;
    }
    return await composeNotice({ ...settings, to }, noticeMail(alert, kind, domainOf(settings.from)), now());
  } catch (error) {
    logger.error({ alert: alert._id, code: alert.code, err: error }, "no mail can be composed for this alert");
    await drop(ports, alert, "failed");
    metrics.notices.inc({ outcome: "failed" });
    return null;
  }
}

async function giveUp(ports: AlertingPorts): Promise<void> {
  const { notices, logger, metrics, now } = ports;
  const old = await notices.waitingSince(now() - expiryMs, perSweep);
  const surplus = await notices.surplus(queueLimit, perSweep);
  const alone = { logger, what: "notices that are given up", name: ({ _id }: AlertDocument) => _id };
  await eachAlone([...old, ...surplus], alone, async (alert) => {
    await drop(ports, alert, "failed");
    logger.warn({ alert: alert._id, code: alert.code }, "notice given up: it waited too long, or too many are waiting");
    metrics.notices.inc({ outcome: "expired" });
  });
}
