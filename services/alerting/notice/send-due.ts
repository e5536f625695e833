import { setTimeout as delay } from "node:timers/promises";
import type { Submitted } from "@mailfleet/connector-api";
import { type Evidence, type Failure, failureCodes, failureOf } from "@mailfleet/contracts";
import { eachAlone, failureFields, type Round } from "@mailfleet/kit";
import { type ComposedMessage, domainOf } from "@mailfleet/mime";
import type { AlertDocument } from "../alert/document.ts";
import { presentSettings } from "../notification/body.ts";
import type { AlertingPorts } from "../ports.ts";
import { type NoticeChannel, type UsableSettings, usable } from "./channel.ts";
import { composeNotice } from "./compose.ts";
import { noticeDropped, noticePutOff, noticeSent } from "./decide.ts";
import { noticeFailure, pauseMs } from "./failure.ts";
import { recipientsOf } from "./recipients.ts";
import { noticeRemedy } from "./remedy.ts";
import { serverObject, serverWorks } from "./server-state.ts";
import { noticeMail } from "./text.ts";

/** A replica that dies while sending gives the notice back after this. Longer than a mail may take. */
const leaseMs = 30_000;
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
      const taken = await notices.takeDue(now(), now() + leaseMs);
      const kind = taken?.notice.pending;
      if (!taken || !kind) return;
      if (!present) {
        await drop(ports, taken, "none");
        metrics.notices.inc({ outcome: "dropped" });
        continue;
      }
      const mail = await mailOf(ports, present, taken, kind);
      if (!mail) continue;
      let refused: Submitted["rejected"];
      try {
        channel ??= await ports.openChannel(present);
        refused = (await channel.send(mail)).rejected;
      } catch (error) {
        await serverFailed(ports, present, taken, noticeFailure(error));
        return;
      }
      const sent = { kind, episode: taken.episode };
      await ports.wall.changeNotice(taken._id, `sent/${taken.v}`, (alert) =>
        noticeSent(alert, sent, now(), ports.quietMs),
      );
      ports.logger.info({ alert: taken._id, code: taken.code, kind }, "notice sent");
      metrics.notices.inc({ outcome: "sent" });
      if (refused.length > 0) await recipientsRefused(ports, present, refused);
      else await serverWorks(ports);
    }
  } finally {
    await channel?.close();
  }
}

/** Gives a notice up. */
function drop({ wall }: AlertingPorts, { _id, v }: AlertDocument, state: "none" | "failed"): Promise<void> {
  return wall.changeNotice(_id, `dropped/${v}`, (alert) => noticeDropped(alert, state));
}

/** The mail about an alert; `null`: it cannot be composed, which is not the mail server's fault and stops no other. */
async function mailOf(
  ports: AlertingPorts,
  settings: UsableSettings,
  alert: AlertDocument,
  kind: "raised" | "cleared",
): Promise<ComposedMessage | null> {
  const { logger, metrics, now } = ports;
  try {
    const to = await recipientsOf(ports, settings, alert);
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

async function serverFailed(ports: AlertingPorts, settings: UsableSettings, taken: AlertDocument, failure: Failure) {
  const { mailServer, wall, logger, metrics, now } = ports;
  const failures = (await mailServer.get()).failures + 1;
  const pausedUntil = now() + pauseMs(failure, failures, ports.retryMs);
  await mailServer.set({ failures, pausedUntil });
  await wall.changeNotice(taken._id, `put-off/${taken.v}`, (alert) => noticePutOff(alert, now()));
  logger.warn({ alert: taken._id, failures, pausedUntil, ...failureFields(failure) }, "notice not sent");
  metrics.notices.inc({ outcome: "failed" });
  const next = `Next attempt ${new Date(pausedUntil).toISOString()}.`;
  await sayFailed(ports, settings, failure, next, `relay:failed:${pausedUntil}:${failures}`);
}

/** Some got the mail and some did not: it is not sent again, but somebody must know. */
async function recipientsRefused(ports: AlertingPorts, settings: UsableSettings, refused: Submitted["rejected"]) {
  const reply = refused.map(({ address, reply }) => `${address}: ${reply}`).join("; ");
  const failure = failureOf("RECIPIENT_REFUSED", { reply: reply.slice(0, 2000) });
  await ports.mailServer.set({ failures: 1, pausedUntil: 0 });
  await sayFailed(ports, settings, failure, "The other recipients got it.", `relay:refused:${ports.now()}`);
}

async function sayFailed(ports: AlertingPorts, settings: UsableSettings, failure: Failure, next: string, id: string) {
  const { text, remedy } = failureCodes[failure.code];
  const advice = noticeRemedy(failure.code, settings) ?? remedy;
  const detail = `${failure.code}: ${text} ${advice}`.slice(0, 900);
  const evidence: Evidence = { ...placeOf(settings), ...failure.evidence };
  ports.metrics.serverFailures.inc({ code: failure.code });
  const fact = {
    at: ports.now(),
    object: serverObject,
    code: "NOTIFICATION_FAILED",
    detail: `${detail} ${next}`,
    evidence,
  };
  await ports.wall.raise(fact, { id });
}

function placeOf({ mode, relay }: UsableSettings): Evidence {
  return mode === "smtp" && relay ? { host: relay.host.slice(0, 255), port: relay.port } : {};
}
