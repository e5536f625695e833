import { consumers, type RunRequested } from "@mailfleet/contracts";
import { defineService, every, listen, permitCollection } from "@mailfleet/kit";
import { signInCollection, workerAsks, workerEnvironment, workerPublishes } from "@mailfleet/worker";
import { actRun } from "./act/run.ts";
import { actTest } from "./act/test.ts";
import { checks } from "./checks.ts";
import { collections } from "./collections.ts";
import { consentAnswers } from "./consent/complete-consent.ts";
import { messageAnswers } from "./message/answer-requests.ts";
import type { InboundPorts } from "./ports.ts";
import { compareAnswers } from "./run/compare.ts";
import { createPoll } from "./run/poll.ts";
import { createTest } from "./run/test.ts";
import { warmUp } from "./run/warm-up.ts";
import { sourceAnswers } from "./source/answer-requests.ts";
import { eraseSource } from "./source/erase-source.ts";
import { findSilent } from "./source/find-silent.ts";
import { createFollowLifecycle } from "./source/follow-lifecycle.ts";
import { forgetRemoved } from "./source/forget-removed.ts";
import { measureProofs } from "./source/measure-proofs.ts";
import { watchesOf } from "./watch/watches.ts";

const keyOf = ({ body }: { readonly body: Pick<RunRequested, "mailboxId"> }) => body.mailboxId;

/** Runs inbound tests and polls, and keeps what was received; runs what there is of `act`. */
export const inboundSync = defineService<InboundPorts>()({
  name: "inbound-sync",
  environment: workerEnvironment,
  collections: [...Object.values(collections), permitCollection, signInCollection],
  asks: [...workerAsks, "config.consent.get", "config.consent.keep-device", "config.grant.set"],
  publishes: workerPublishes,
  answers: {
    ...messageAnswers,
    ...sourceAnswers,
    ...compareAnswers,
    ...consentAnswers,
    "inbound-sync.throughput.count": async ({ throughput }, { by, since }) => ({
      items: await throughput.store.since(by, since),
    }),
    "inbound-sync.connection-test.run": ({ worker, signal }, question) =>
      worker.testConnection(question, signal, ({ connector, options }, tell, until) =>
        connector.test(options, tell, until),
      ),
  },
  warms: warmUp,
  listens: [
    listen(consumers.inboundTests, {
      types: ["run.requested.v1"],
      // Most of a test is waiting for servers.
      concurrency: 200,
      keyOf,
      handle: (ports: InboundPorts) => ports.worker.tests(createTest(ports)),
    }),
    listen(consumers.inboundRuns, {
      types: ["run.requested.v1"],
      // Most of these may wait for servers that hang; few work at the same time (see run/poll.ts).
      concurrency: 600,
      keyOf,
      handle: (ports: InboundPorts) => ports.worker.runs(createPoll(ports)),
    }),
    listen(consumers.actTests, {
      types: ["run.requested.v1"],
      concurrency: 50,
      keyOf,
      handle: (ports: InboundPorts) => ports.act.tests(actTest(ports)),
    }),
    listen(consumers.actRuns, {
      types: ["run.requested.v1"],
      concurrency: 50,
      keyOf,
      handle: (ports: InboundPorts) => ports.act.runs(actRun),
    }),
    listen(consumers.inboundLifecycle, {
      types: ["mailbox.transitioned.v1", "mailbox.deleted.v1"],
      concurrency: 8,
      keyOf,
      handle: (ports: InboundPorts) => createFollowLifecycle(ports),
    }),
  ],
  ticks: {
    "keep-watches": every(500, (ports) => watchesOf(ports).round()),
    "find-silent": every(10_000, findSilent),
    "measure-proofs": every(60_000, measureProofs),
    "forget-removed": every(3_600_000, forgetRemoved),
    "save-throughput": every(2000, ({ throughput }) => throughput.counter.save()),
  },
  checks,
  erases: eraseSource,
});
