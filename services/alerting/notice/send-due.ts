import { setTimeout as delay } from "node:timers/promises";
import type { Submitted } from "@mailfleet/connector-api";
import { type Evidence, type Failure, failureCodes, failureOf, type Logger } from "@mailfleet/contracts";
import { eachAlone, type Round } from "@mailfleet/kit";
import { type ComposedMessage, domainOf } from "@mailfleet/mime";
import type { AlertDocument } from "../alert/document.ts";
import { type AlertWall, wallOf } from "../alert/wall.ts";
import type { NotificationSettingsStore } from "../notification/store.ts";
import type { AlertingPorts } from "../ports.ts";
import { type NoticeChannel, type OpenChannel, type UsableSettings, usable } from "./channel.ts";
import { composeNotice } from "./compose.ts";
import { noticeFailure, pauseMs } from "./failure.ts";
import { noticeRemedy } from "./remedy.ts";
import { noticeDropped, noticePutOff, noticeSent } from "./step.ts";
import type { NoticeStore } from "./store.ts";
import { noticeMail } from "./text.ts";

/** What sending notices works with. */
export interface NoticePorts {
  readonly wall: AlertWall;
  readonly notices: NoticeStore;
  readonly settings: NotificationSettingsStore;
  readonly openChannel: OpenChannel;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly quietMs: number;
  /** First wait after a transient failure of the mail server. */
  readonly retryMs: number;
  now(): number;
  onOutcome(outcome: "sent" | "failed" | "expired" | "dropped"): void;
  /** The mail server failed, with this code of the closed list. */
  onFailure(code: string): void;
}

/** A replica that dies while sending gives the notice back after this. Longer than a mail may take. */
const leaseMs = 30_000;
const expiryMs = 86_400_000;
/** More would only be a flood when the mail server works again. */
const queueLimit = 1000;
const perSweep = 200;
/** A failure of the mail server is one alert, whichever notice could not be sent. */
const serverObject = { type: "service", id: "alerting", label: "notifications" } as const;

/** A mail server that hangs must not hold up the end of the service: its mail is given back when its lease is over. */
const stopPatienceMs = 5000;

/** Sending as this service does it. */
export function noticePorts(ports: AlertingPorts): NoticePorts {
  const { notice: onOutcome, serverFailed: onFailure } = ports.meters;
  return { ...ports, wall: wallOf(ports), onOutcome, onFailure };
}

/** The tick `notices`. */
export function createSendNotices(ports: AlertingPorts): Round {
  const own = noticePorts(ports);
  return async (signal) => {
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    const leave = () => void delay(stopPatienceMs, undefined, { ref: false }).then(resolve);
    signal.addEventListener("abort", leave, { once: true });
    try {
      await Promise.race([sendDueNotices(own), stopped]);
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
async function sendDueNotices(ports: NoticePorts): Promise<void> {
  const { notices, settings, signal, now } = ports;
  await giveUp(ports);
  if ((await settings.relayState()).pausedUntil > now()) return;
  const stored = await settings.get();
  const present = stored?.enabled ? usable(stored) : null;
  let channel: NoticeChannel | undefined;
  try {
    for (let count = 0; count < perSweep && !signal.aborted; count++) {
      const taken = await notices.takeDue(now(), now() + leaseMs);
      const kind = taken?.notice.pending;
      if (!taken || !kind) return;
      if (!present) {
        await ports.wall.change(taken._id, (alert) => alert && noticeDropped(alert, "none"));
        ports.onOutcome("dropped");
        continue;
      }
      const mail = await mailOf(ports, present, taken, kind);
      if (!mail) continue;
      let refused: Submitted["rejected"];
      try {
        channel ??= await ports.openChannel(present);
        refused = (await channel.send(mail)).rejected;
      } catch (error) {
        await serverFailed(ports, present, taken._id, noticeFailure(error));
        return;
      }
      const sent = { kind, episode: taken.episode };
      await ports.wall.change(taken._id, (alert) => alert && noticeSent(alert, sent, now(), ports.quietMs));
      ports.logger.info({ alert: taken._id, code: taken.code, kind }, "notification sent");
      ports.onOutcome("sent");
      if (refused.length > 0) await recipientsRefused(ports, present, refused);
      else await serverWorks(ports);
    }
  } finally {
    await channel?.close();
  }
}

/** The mail about an alert; `null`: it cannot be composed, which is not the mail server's fault and stops no other. */
async function mailOf(
  { wall, logger, now, onOutcome }: NoticePorts,
  settings: UsableSettings,
  alert: AlertDocument,
  kind: "raised" | "cleared",
): Promise<ComposedMessage | null> {
  try {
    return await composeNotice(settings, noticeMail(alert, kind, domainOf(settings.from)), now());
  } catch (error) {
    logger.error({ alert: alert._id, code: alert.code, err: error }, "no mail can be made of this alert");
    await wall.change(alert._id, (present) => present && noticeDropped(present, "failed"));
    onOutcome("failed");
    return null;
  }
}

/** Notifications are over, or the mail server works: what was said about it is over, too. */
export async function clearServerAlert(ports: Pick<NoticePorts, "wall" | "now">): Promise<void> {
  const at = ports.now();
  const fact = { at, object: serverObject, codes: ["NOTIFICATION_FAILED"] };
  await ports.wall.clear(fact, { id: `relay:works:${at}` });
}

/** Mail leaves again. The alert first: a crash in between only clears it once more. */
export async function serverWorks(ports: Pick<NoticePorts, "wall" | "now" | "settings">): Promise<void> {
  if ((await ports.settings.relayState()).failures === 0) return;
  await clearServerAlert(ports);
  await ports.settings.setRelayState({ failures: 0, pausedUntil: 0 });
}

async function giveUp({ notices, wall, logger, now, onOutcome }: NoticePorts): Promise<void> {
  const old = await notices.waitingSince(now() - expiryMs, perSweep);
  const surplus = await notices.surplus(queueLimit, perSweep);
  const alone = { logger, what: "notices that are given up", name: ({ _id }: AlertDocument) => _id };
  await eachAlone([...old, ...surplus], alone, async (alert) => {
    await wall.change(alert._id, (present) => present && noticeDropped(present, "failed"));
    logger.warn(
      { alert: alert._id, code: alert.code },
      "notification given up: it waited too long or there are too many",
    );
    onOutcome("expired");
  });
}

async function serverFailed(ports: NoticePorts, settings: UsableSettings, alertId: string, failure: Failure) {
  const { settings: repository, wall, logger, now } = ports;
  const failures = (await repository.relayState()).failures + 1;
  const pausedUntil = now() + pauseMs(failure, failures, ports.retryMs);
  await repository.setRelayState({ failures, pausedUntil });
  await wall.change(alertId, (alert) => alert && noticePutOff(alert, now()));
  logger.warn({ alert: alertId, failures, pausedUntil, failure }, "notification not sent");
  ports.onOutcome("failed");
  const next = `Next attempt ${new Date(pausedUntil).toISOString()}.`;
  await sayFailed(ports, settings, failure, next, `relay:failed:${pausedUntil}:${failures}`);
}

/** Some got the mail and some did not: it is not sent again, but somebody must know. */
async function recipientsRefused(ports: NoticePorts, settings: UsableSettings, refused: Submitted["rejected"]) {
  const reply = refused.map(({ address, reply }) => `${address}: ${reply}`).join("; ");
  const failure = failureOf("RECIPIENT_REFUSED", { reply: reply.slice(0, 2000) });
  await ports.settings.setRelayState({ failures: 1, pausedUntil: 0 });
  await sayFailed(ports, settings, failure, "The other recipients got it.", `relay:refused:${ports.now()}`);
}

async function sayFailed(ports: NoticePorts, settings: UsableSettings, failure: Failure, next: string, id: string) {
  const { text, remedy } = failureCodes[failure.code];
  const advice = noticeRemedy(failure.code, settings) ?? remedy;
  const detail = `${failure.code}: ${text} ${advice}`.slice(0, 900);
  const evidence: Evidence = { ...placeOf(settings), ...failure.evidence };
  ports.onFailure(failure.code);
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
