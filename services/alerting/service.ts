import { consumers, streams } from "@mailfleet/contracts";
import { defineService, every, listen, listenInBatches } from "@mailfleet/kit";
import { z } from "zod";
import { keptAlerts } from "./alert/alert.ts";
import { createAlertWall } from "./alert/create-wall.ts";
import { followFacts, objectOf } from "./alert/follow-facts.ts";
import { auditAnswers, keepEntries } from "./audit/audit.ts";
import { watchBus } from "./bus-watch/watch-bus.ts";
import { checks } from "./checks.ts";
import { collections } from "./collections.ts";
import { keepDeadLetter, settleDeadLetterAlerts } from "./dead-letter/alerts.ts";
import { keptDeadLetters } from "./dead-letter/dead-letter.ts";
import { keptIncidents } from "./incident/incident.ts";
import { createSettleIncidents, settleLeft } from "./incident/settle.ts";
import { createSendNotices } from "./notice/send-due.ts";
import { keptNotificationSettings } from "./notification/notification.ts";
import { watchSecret } from "./notification/watch-secret.ts";
import type { AlertingPorts } from "./ports.ts";
import { measureLag } from "./stream-watch/measure-lag.ts";
import { watchStreams } from "./stream-watch/watch-streams.ts";
import { createDeliverWebhooks } from "./subscription/deliver.ts";
import { deliveryAnswers } from "./subscription/replay.ts";
import { keptSubscriptions } from "./subscription/subscription.ts";

const milliseconds = (least: number) => z.coerce.number().int().min(least, `must be at least ${least}`);

/** Tells people once what went wrong and what to do now, and once that it is over. */
export const alerting = defineService<AlertingPorts, "wall">()({
  name: "alerting",
  environment: {
    /** File with the private keys that open the secrets of the notification mail server. */
    MAILFLEET_NOTIFY_OPEN_KEYS: z.string(),
    /** Where browsers reach the console: each notice has this link. */
    MAILFLEET_CONSOLE_URL: z.url({ protocol: /^https?$/ }).optional(),
    /** Shortest time between two mails that say that the same incident is raised, milliseconds. */
    MAILFLEET_NOTIFY_QUIET_MS: milliseconds(0).default(900_000),
    /** How long mail waits for what else belongs in it: alerts of an incident, successes of an owner; milliseconds. */
    MAILFLEET_NOTIFY_GATHER_MS: milliseconds(0).default(60_000),
    /** First wait after a transient failure of the mail server, milliseconds; doubled each time, up to 30 minutes. */
    MAILFLEET_NOTIFY_RETRY_MS: milliseconds(100).default(60_000),
    /** A webhook that has taken nothing for this long is given up, milliseconds. */
    MAILFLEET_WEBHOOK_DEAD_MS: milliseconds(1000).default(432_000_000),
    /** First wait after a webhook did not take a fact, milliseconds; doubled each time, up to six hours. */
    MAILFLEET_WEBHOOK_RETRY_MS: milliseconds(10).default(5000),
    /** Private networks that HTTP may go to, as CIDRs; none unless named. */
    MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
    /** `http://host:port` of the proxy through which HTTP leaves the installation; none unless named. */
    MAILFLEET_HTTP_PROXY: z.string().default(""),
    /** File with `user:password` for it. */
    MAILFLEET_HTTP_PROXY_CREDENTIALS: z.string().default(""),
    /** Hosts, domains and networks that are reached without the proxy. */
    MAILFLEET_NO_PROXY: z.string().default(""),
  },
  collections: Object.values(collections),
  asks: [
    "config.settings.get",
    "config.mailbox.get",
    "config.profile.get",
    "alerting.notification-settings.keep-certificate",
  ],
  // A replayed dead letter goes back to its own subject.
  publishes: [...new Set(Object.values(consumers).map(({ stream }) => stream))].flatMap(
    (name) => streams[name].subjects,
  ),
  watchesStreams: true,
  derives: (ports) => ({ wall: createAlertWall(ports) }),
  keeps: [keptIncidents, keptAlerts, keptDeadLetters, keptSubscriptions, keptNotificationSettings],
  answers: { ...deliveryAnswers, ...auditAnswers },
  reads: ["FACTS"],
  listens: [
    listen(consumers.alertingFacts, {
      types: ["alert.raised.v1", "alert.cleared.v1", "mailbox.deleted.v1", "profile.deleted.v1"],
      concurrency: 16,
      keyOf: objectOf,
      handle: (ports: AlertingPorts) => (message) => followFacts(ports, message),
    }),
    listenInBatches(consumers.alertingAudit, {
      types: ["audit.recorded.v1"],
      concurrency: 200,
      batch: (ports: AlertingPorts) => (messages) => keepEntries(ports, messages),
    }),
    listen(consumers.alertingDeadLetters, {
      types: ["dead.letter.v1"],
      concurrency: 16,
      handle: (ports: AlertingPorts) => (message) => keepDeadLetter(ports, message),
    }),
  ],
  ticks: {
    incidents: { everyMs: 2000, round: createSettleIncidents },
    "incidents-left": every(600_000, settleLeft),
    notices: { everyMs: 2000, round: createSendNotices },
    "dead-letters": every(60_000, settleDeadLetterAlerts),
    webhooks: { everyMs: 1000, round: createDeliverWebhooks },
    bus: every(2000, watchBus),
    streams: every(60_000, watchStreams),
    lag: every(30_000, measureLag),
    secret: every(600_000, watchSecret),
  },
  checks,
  erases: async ({ traces, audit }, mailbox) => ({
    ...(await traces.erase(mailbox)),
    "entries of the audit, made nameless": await audit.forgetMailbox(mailbox),
  }),
});
