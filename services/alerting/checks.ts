import { consumers, type StreamDefinition, streams } from "@mailfleet/contracts";
import { type Check, failing, fine, spanOf, warning } from "@mailfleet/kit";
import type { AlertingPorts } from "./ports.ts";
import { reachMs } from "./stream-watch/reach.ts";
import { mostPending } from "./subscription/deliver.ts";

/** More than this is a backlog for any consumer: each message takes milliseconds or is coalesced. */
const manyWaiting = 10_000;
const isQueue = (name: string) =>
  Object.values<StreamDefinition>(streams).some((one) => one.name === name && one.retention === "work-queue");
const percent = (share: number) => `${Math.round(share * 100)} %`;

/** The checks that alerting runs for `doctor`. */
export const checks: Readonly<Record<string, Check<AlertingPorts>>> = {
  streams: {
    runbook: "MailfleetStreamFilling",
    look: async ({ bus }) => {
      const queues = (await bus.streamUsage()).filter(({ name, maxBytes }) => maxBytes > 0 && isQueue(name));
      const shares = queues.map(({ name, bytes, maxBytes }) => ({ name, share: bytes / maxBytes }));
      const fullest = shares.toSorted((a, b) => b.share - a.share)[0];
      if (!fullest) return failing("NATS has none of the work queues.", "Run `mailfleet topology apply`.");
      const text = `The fullest work queue is ${fullest.name}, ${percent(fullest.share)} full.`;
      const todo = "Look who does not take its messages: see the consumers.";
      if (fullest.share >= 0.9) return failing(text, todo);
      return fullest.share >= 0.7 ? warning(text, todo) : fine(text);
    },
  },
  "streams-reach": {
    runbook: "MailfleetStreamShort",
    look: async ({ bus, now }) => {
      const reaches = (await bus.streamUsage()).flatMap((one) => {
        const reach = reachMs(one, now());
        return reach === null ? [] : [{ ...one, reach, share: reach / one.maxAgeMs }];
      });
      const shortest = reaches.toSorted((a, b) => a.share - b.share)[0];
      if (!shortest || shortest.share >= 0.9) return fine("Every stream reaches back as far as it is to.");
      return warning(
        `${shortest.name} reaches back ${spanOf(shortest.reach)} instead of ${spanOf(shortest.maxAgeMs)}: it is full before that.`,
        "Raise its size: `MAILFLEET_FACTS_BYTES` for `mailfleet topology apply`.",
      );
    },
  },
  consumers: {
    runbook: "MailfleetConsumerBehind",
    look: async ({ bus }) => {
      const known = await bus.consumerLag(Object.values(consumers));
      const missing = Object.values(consumers).filter(({ name }) => !known.some(({ consumer }) => consumer === name));
      if (missing.length > 0)
        return failing(
          `Consumers are missing: ${missing.map(({ name }) => name).join(", ")}.`,
          "Run `mailfleet topology apply`.",
        );
      const last = known.toSorted((a, b) => b.waiting - a.waiting)[0];
      const text = `At most ${last?.waiting} messages wait at a consumer (${last?.consumer}).`;
      return (last?.waiting ?? 0) > manyWaiting
        ? warning(text, "Check whether its service runs and is ready, or add a replica.")
        : fine(text);
    },
  },
  alerts: {
    runbook: "MailfleetMailboxesFailing",
    look: async ({ documents }) => {
      const raised = await documents.alert.list({
        filter: { state: "raised", severity: "error" },
        sort: [["lastAt", -1]],
        limit: 1000,
      });
      if (raised.length === 0) return fine("No alert about something that does not work is raised.");
      return warning(
        `${raised.length === 1000 ? "1000 or more" : raised.length} alerts are raised about something that does not work.`,
        "`mailfleet alert list --state raised` names them, with what to do about each.",
      );
    },
  },
  "dead-letters": {
    runbook: "MailfleetDeadLetters",
    look: async ({ documents }) => {
      const waiting = await documents["dead-letter"].list({
        filter: { state: "waiting" },
        sort: [["at", -1]],
        limit: 1000,
      });
      if (waiting.length === 0) return fine("No message was set aside.");
      return warning(
        `${waiting.length === 1000 ? "1000 or more" : waiting.length} messages between the services were set aside.`,
        "`mailfleet dead-letter list --state waiting` says why: replay or discard each.",
      );
    },
  },
  webhooks: {
    runbook: "webhooks",
    look: async ({ documents, deliveries }) => {
      const filter = { kind: "webhook", active: true };
      const webhooks = await documents.subscription.list({ filter, sort: [["_id", 1]], limit: 500 });
      const dead = webhooks.filter(({ deadSince }) => deadSince !== null);
      if (dead.length > 0)
        return warning(
          `Mailfleet has given up ${dead.length} of ${webhooks.length} webhooks: ${dead.map(({ name }) => name).join(", ")}.`,
          "Repair the receiver, then change the subscription in any way.",
        );
      const waiting = await Promise.all(webhooks.map(({ _id }) => deliveries.countPending(_id, mostPending)));
      const behind = webhooks.filter((_, index) => waiting[index] === mostPending);
      if (behind.length === 0) return fine(`${webhooks.length} webhooks take their facts.`);
      return warning(
        `Facts wait for ${behind.map(({ name }) => name).join(", ")}: the receiver takes fewer than there are.`,
        "`mailfleet delivery list --subscription ID` shows what it answers.",
      );
    },
  },
  notices: {
    runbook: "MailfleetNoticesFail",
    look: async ({ notices, mailServer }) => {
      const [pending, { failures }] = await Promise.all([notices.countPending(), mailServer.get()]);
      if (failures === 0) return fine(`The mail server for notices takes them; ${pending} wait.`);
      const text = `The mail server for notices failed ${failures} times in a row; ${pending} notices wait.`;
      const todo = "`mailfleet notification-settings test` says why.";
      return failures > 5 ? failing(text, todo) : warning(text, todo);
    },
  },
};
