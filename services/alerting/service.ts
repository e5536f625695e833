import { consumers } from "@mailfleet/contracts";
import { defineService, listen } from "@mailfleet/kit";
import { z } from "zod";
import { alertAnswers } from "./alert/answers.ts";
import { followFacts, objectOf } from "./alert/follow-facts.ts";
import { wallOf } from "./alert/wall.ts";
import { watchBus } from "./bus-watch/watch-bus.ts";
import { deadLetterAnswers } from "./dead-letter/answers.ts";
import { keepDeadLetter } from "./dead-letter/keep.ts";
import { createSendNotices } from "./notice/send-due.ts";
import { notificationAnswers } from "./notification/answers.ts";
import { watchSecret } from "./notification/watch-secret.ts";
import type { AlertingPorts } from "./ports.ts";
import { watchStreams } from "./stream-watch/watch-streams.ts";

const milliseconds = (least: number) => z.coerce.number().int().min(least, `must be at least ${least}`);
const withWall = (ports: AlertingPorts) => ({ ...ports, wall: wallOf(ports) });

/** Says once what went wrong and what to do now, and once that it is over. */
export const alerting = defineService<AlertingPorts>()({
  name: "alerting",
  environment: {
    /** File with the private keys that open the secrets of the notification mail server. */
    MAILFLEET_NOTIFY_OPEN_KEYS: z.string(),
    /** Shortest time between two mails that say that the same alert is raised, milliseconds. */
    MAILFLEET_NOTIFY_QUIET_MS: milliseconds(0).default(900_000),
    /** First wait after a transient failure of the mail server, milliseconds; doubled each time, up to 30 minutes. */
    MAILFLEET_NOTIFY_RETRY_MS: milliseconds(100).default(60_000),
    /** Private networks that HTTP may go to, as CIDRs; none unless named. */
    MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
  },
  answers: (ports) => ({ ...alertAnswers(ports), ...deadLetterAnswers(ports), ...notificationAnswers(ports) }),
  listens: [
    listen(consumers.alertingFacts, {
      types: ["alert.raised.v1", "alert.cleared.v1", "mailbox.deleted.v1"],
      concurrency: 16,
      keyOf: objectOf,
      handle: (ports: AlertingPorts) => {
        const wall = wallOf(ports);
        return (message) => followFacts(wall, message);
      },
    }),
    listen(consumers.alertingDeadLetters, {
      types: ["dead.letter.v1"],
      concurrency: 16,
      handle: (ports: AlertingPorts) => {
        const own = withWall(ports);
        return (message) => keepDeadLetter(own, message);
      },
    }),
  ],
  ticks: {
    notices: { everyMs: 2000, round: createSendNotices },
    "alert-facts": {
      everyMs: 5000,
      round: (ports) => async () => {
        const wall = wallOf(ports);
        await wall.publishLeftovers();
        await wall.confirmFacts();
        return undefined;
      },
    },
    bus: { everyMs: 2000, round: (ports) => () => watchBus(withWall(ports)).then(() => undefined) },
    streams: { everyMs: 60_000, round: (ports) => () => watchStreams(withWall(ports)).then(() => undefined) },
    secret: { everyMs: 600_000, round: (ports) => () => watchSecret(withWall(ports)).then(() => undefined) },
  },
});
