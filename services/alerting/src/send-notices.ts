import { type Evidence, FailureError, type Logger, type NotificationSettings } from "@mailfleet/contracts";
import type { NoticeRepository, NotificationSettingsDocument, NotificationSettingsRepository } from "@mailfleet/store";
import type { AlertWall } from "./alert-wall.ts";
import { noticeDropped, noticePutOff, noticeSent } from "./notice-step.ts";
import { type NoticeMail, noticeMail } from "./notice-text.ts";

/** A connection to the relay; used for one sweep. */
export interface RelayConnection {
  /** Throws if the relay did not take the mail for anybody. */
  send(mail: NoticeMail): Promise<void>;
  close(): void;
}

/** The settings with all that is needed to send. */
export type UsableSettings = NotificationSettingsDocument & {
  relay: NonNullable<NotificationSettings["relay"]>;
  from: string;
};

/** What sending notices works with. */
export interface NoticePorts {
  readonly wall: AlertWall;
  readonly notices: NoticeRepository;
  readonly settings: NotificationSettingsRepository;
  /** Opens the password and prepares a connection. */
  connectRelay(settings: UsableSettings): Promise<RelayConnection>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly quietMs: number;
  /** First wait after a failure of the relay; doubled with each further one, up to 30 minutes. */
  readonly retryMs: number;
  now(): number;
  onOutcome(outcome: "sent" | "failed" | "expired" | "dropped"): void;
}

/** A replica that dies while sending gives the notice back after this. Longer than the relay's own deadline. */
const leaseMs = 30_000;
const longestRetryMs = 1_800_000;
const expiryMs = 86_400_000;
/** More would only be a flood when the relay works again. */
const queueLimit = 1000;
const perSweep = 200;
/** The failure of the relay is one alert, whatever it was that could not be sent. */
const relayObject = { type: "service", id: "alerting", label: "notifications" } as const;

/**
 * One sweep: gives up what is too old or too much, then sends what is due, one after another. The first failure ends
 * the sweep and makes all replicas wait, because the next mail would fail the same way.
 */
export async function sendDueNotices(ports: NoticePorts): Promise<void> {
  const { notices, settings, signal, now } = ports;
  await giveUp(ports);
  if ((await settings.relayState()).pausedUntil > now()) return;
  const present = usable(await settings.get());
  let relay: RelayConnection | undefined;
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
      try {
        relay ??= await ports.connectRelay(present);
        await relay.send(noticeMail(taken, kind, present.from.split("@").at(-1) ?? "mailfleet"));
      } catch (error) {
        await relayFailed(ports, present, taken._id, error);
        return;
      }
      const sent = { kind, episode: taken.episode };
      await ports.wall.change(taken._id, (alert) => alert && noticeSent(alert, sent, now(), ports.quietMs));
      ports.logger.info({ alert: taken._id, code: taken.code, kind }, "notification sent");
      ports.onOutcome("sent");
      await relayWorks(ports);
    }
  } finally {
    relay?.close();
  }
}

/** Notifications are over: what was said about the relay is, too. */
export async function clearRelayAlert(ports: Pick<NoticePorts, "wall" | "now">): Promise<void> {
  const at = ports.now();
  const fact = { at, object: relayObject, codes: ["NOTIFICATION_FAILED"] };
  await ports.wall.clear(fact, { id: `relay:works:${at}` });
}

function usable(settings: NotificationSettingsDocument | null): UsableSettings | null {
  if (!settings?.enabled || !settings.relay || !settings.from || settings.to.length === 0) return null;
  const relay = { ...settings.relay, username: settings.credentials?.username ?? null };
  return { ...settings, relay, from: settings.from };
}

async function giveUp({ notices, wall, logger, now, onOutcome }: NoticePorts): Promise<void> {
  const old = await notices.waitingSince(now() - expiryMs, perSweep);
  const surplus = await notices.surplus(queueLimit, perSweep);
  for (const alert of [...old, ...surplus]) {
    await wall.change(alert._id, (present) => present && noticeDropped(present, "failed"));
    logger.warn(
      { alert: alert._id, code: alert.code },
      "notification given up: it waited too long or there are too many",
    );
    onOutcome("expired");
  }
}

async function relayFailed(ports: NoticePorts, settings: UsableSettings, alertId: string, error: unknown) {
  const { settings: repository, wall, logger, now } = ports;
  const failures = (await repository.relayState()).failures + 1;
  const pausedUntil = now() + Math.min(longestRetryMs, ports.retryMs * 2 ** Math.min(failures - 1, 20));
  const evidence = evidenceOf(error, settings);
  await repository.setRelayState({ failures, pausedUntil });
  await wall.change(alertId, (alert) => alert && noticePutOff(alert, now()));
  logger.warn({ alert: alertId, failures, pausedUntil, evidence }, "notification not sent");
  ports.onOutcome("failed");
  const detail = `Next attempt ${new Date(pausedUntil).toISOString()}.`;
  const fact = { at: now(), object: relayObject, code: "NOTIFICATION_FAILED", detail, evidence };
  await wall.raise(fact, { id: `relay:failed:${pausedUntil}:${failures}` });
}

/** The alert first: a crash in between only clears it once more. */
async function relayWorks(ports: NoticePorts): Promise<void> {
  if ((await ports.settings.relayState()).failures === 0) return;
  await clearRelayAlert(ports);
  await ports.settings.setRelayState({ failures: 0, pausedUntil: 0 });
}

/** The relay's own words. Errors of the mail library carry `response`, `command` and `code`. */
function evidenceOf(error: unknown, { relay }: UsableSettings): Evidence {
  const where = { host: relay.host, port: relay.port };
  if (error instanceof FailureError) return { ...where, ...error.failure.evidence };
  const known = Object(error) as { response?: unknown; command?: unknown; code?: unknown };
  const cut = (value: unknown, length: number) => (typeof value === "string" ? value.slice(0, length) : undefined);
  const message = error instanceof Error ? error.message : String(error);
  return {
    ...where,
    reply: cut(known.response, 2000) ?? message.slice(0, 2000),
    command: cut(known.command, 500),
    systemCode: cut(known.code, 100),
  };
}
