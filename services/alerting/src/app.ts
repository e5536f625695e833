import type { Bus, Incoming } from "@mailfleet/bus";
import { consumers, type FailPoint, type Logger, streams } from "@mailfleet/contracts";
import type { Registry } from "@mailfleet/kit";
import type {
  AlertRepository,
  DeadLetterRepository,
  NoticeRepository,
  NotificationSettingsRepository,
} from "@mailfleet/store";
import { createAlertWall } from "./alert-wall.ts";
import { alertCleared } from "./handlers/alert-cleared.ts";
import { getAlert } from "./handlers/alert-get.ts";
import { listAlerts } from "./handlers/alert-list.ts";
import { alertRaised } from "./handlers/alert-raised.ts";
import { deadLetter } from "./handlers/dead-letter.ts";
import { discardDeadLetter } from "./handlers/dead-letter-discard.ts";
import { getDeadLetter } from "./handlers/dead-letter-get.ts";
import { listDeadLetters } from "./handlers/dead-letter-list.ts";
import { replayDeadLetter } from "./handlers/dead-letter-replay.ts";
import { mailboxDeleted } from "./handlers/mailbox-deleted.ts";
import { getNotificationSettings } from "./handlers/notification-settings-get.ts";
import { testNotificationSettings } from "./handlers/notification-settings-test.ts";
import { updateNotificationSettings } from "./handlers/notification-settings-update.ts";
import { createMeters } from "./meters.ts";
import type { OpenChannel } from "./notice-channel.ts";
import { repeat } from "./repeat.ts";
import { clearServerAlert, type NoticePorts, sendDueNotices, serverWorks } from "./send-notices.ts";
import { clearSecretAlerts, watchSecret } from "./watch-secret.ts";
import { watchStreams } from "./watch-streams.ts";

/** What alerting works with. */
export interface AlertingPorts {
  readonly bus: Bus;
  readonly alerts: AlertRepository;
  readonly notices: NoticeRepository;
  readonly deadLetters: DeadLetterRepository;
  readonly settings: NotificationSettingsRepository;
  readonly openChannel: OpenChannel;
  /** True for an error that only means that the database is away. */
  isOutage(error: unknown): boolean;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly failPoint: FailPoint;
  readonly signal: AbortSignal;
  now(): number;
}

/** How often and how long, milliseconds. */
export interface AlertingTimes {
  /** Shortest time between two mails that say that the same alert is raised. */
  readonly quietMs: number;
  /** First wait after a transient failure of the notification mail server. */
  readonly retryMs: number;
  /** Between two looks for mail that is due. */
  readonly noticesEveryMs: number;
  readonly leftoversEveryMs: number;
  readonly streamsEveryMs: number;
  /** Between two looks at the end of the secret. */
  readonly secretEveryMs: number;
}

const concurrency = 16;
/** Below the grace that a service has to stop. */
const stopPatienceMs = 5000;

/** Declares what it uses, answers requests, listens to facts and dead letters, and sweeps. */
export async function startAlerting(ports: AlertingPorts, times: AlertingTimes): Promise<{ stop(): Promise<void> }> {
  const { bus, logger, now, alerts, deadLetters, settings } = ports;
  const meters = createMeters(ports.metrics, ports.notices);
  let noticesDue: () => void = () => {};
  const wall = createAlertWall({
    ...ports,
    quietMs: times.quietMs,
    onOpened: (alert) => {
      meters.alertRaised(alert.code);
      noticesDue();
    },
  });
  const withWall = { ...ports, wall };
  const noticePorts: NoticePorts = {
    ...withWall,
    ...times,
    onOutcome: meters.notice,
    onFailure: meters.serverFailed,
  };

  // A replay may go to any stream.
  await bus.declare(Object.values(streams), [consumers.alertingFacts, consumers.alertingDeadLetters]);

  const sweeps = [
    repeat("notices", times.noticesEveryMs, logger, () => sendDueNotices(noticePorts)),
    repeat("leftovers", times.leftoversEveryMs, logger, wall.publishLeftovers),
    repeat("streams", times.streamsEveryMs, logger, () => watchStreams(withWall)),
    repeat("secret", times.secretEveryMs, logger, () => watchSecret(withWall)),
  ];
  noticesDue = () => sweeps[0]?.soon();
  const secretDue = () => sweeps[3]?.soon();

  await bus.respond({
    "alerting.alert.list": (input) => listAlerts(alerts, input),
    "alerting.alert.get": (input) => getAlert(alerts, input),
    "alerting.dead-letter.list": (input) => listDeadLetters(deadLetters, input),
    "alerting.dead-letter.get": (input) => getDeadLetter(deadLetters, input),
    "alerting.dead-letter.replay": (input) => replayDeadLetter(withWall, input),
    "alerting.dead-letter.discard": (input) => discardDeadLetter(withWall, input),
    "alerting.notification-settings.get": () => getNotificationSettings(settings),
    "alerting.notification-settings.update": (input) =>
      updateNotificationSettings(
        {
          settings,
          now,
          onDisabled: () => clearServerAlert(noticePorts),
          onSecretChanged: () => clearSecretAlerts(noticePorts),
          onChanged: () => {
            noticesDue();
            secretDue();
          },
        },
        input,
      ),
    "alerting.notification-settings.test": (input) =>
      testNotificationSettings(
        {
          ...ports,
          onWorks: async () => {
            await serverWorks(noticePorts);
            noticesDue();
          },
        },
        input,
      ),
  });

  const facts = await bus.consume(consumers.alertingFacts, {
    types: ["alert.raised.v1", "alert.cleared.v1", "mailbox.deleted.v1"],
    concurrency,
    keyOf: objectOf,
    isOutage: ports.isOutage,
    handle: (message) => {
      if (message.type === "alert.raised.v1") return alertRaised(wall, message);
      if (message.type === "alert.cleared.v1") return alertCleared(wall, message);
      return mailboxDeleted(wall, message);
    },
  });
  const letters = await bus.consume(consumers.alertingDeadLetters, {
    types: ["dead.letter.v1"],
    concurrency,
    isOutage: ports.isOutage,
    handle: (message) => deadLetter(withWall, message),
  });

  return {
    stop: async () => {
      const swept = Promise.all(sweeps.map((sweep) => sweep.stop()));
      // A mail server that hangs must not hold up the end: its mail is given back when its lease is over.
      const patience = new Promise((resolve) => setTimeout(resolve, stopPatienceMs).unref());
      await Promise.all([facts.stop(), letters.stop(), Promise.race([swept, patience])]);
    },
  };
}

/** What is said about one object is handled in its order. */
function objectOf(message: Incoming<"alert.raised.v1" | "alert.cleared.v1" | "mailbox.deleted.v1">): string {
  if (message.type === "mailbox.deleted.v1") return `mailbox|${message.body.mailboxId}`;
  return `${message.body.object.type}|${message.body.object.id}`;
}
