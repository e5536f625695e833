import { consumers, streams } from "@mailfleet/contracts";
import { defineService, every, listen, permitCollection } from "@mailfleet/kit";
import { signInCollection, workerAsks, workerEnvironment, workerPublishes } from "@mailfleet/worker";
import { checks } from "./checks.ts";
import { collections } from "./collections.ts";
import type { OutboundPorts } from "./ports.ts";
import { createFlush } from "./run/flush.ts";
import { createTest } from "./run/test.ts";
import { discardSend } from "./send/discard-send.ts";
import { doAfterwards } from "./send/do-afterwards.ts";
import { createDrain, createLook } from "./send/drain-mailbox.ts";
import { eraseSends } from "./send/erase-sends.ts";
import { createFollowLifecycle } from "./send/follow-lifecycle.ts";
import { getSend, listSends } from "./send/list-sends.ts";
import { measureBacklog } from "./send/measure-backlog.ts";
import { measureProofs } from "./send/measure-proofs.ts";
import { releaseSend } from "./send/release-send.ts";
import { searchSends, sendTrail } from "./send/search-sends.ts";
import { sendingOf } from "./send/sending.ts";
import { submitSend } from "./send/submit-send.ts";
import { createSweep } from "./send/sweep.ts";
import { createTieAnswer } from "./send/tie-answer.ts";
import { createTieReport } from "./send/tie-report.ts";
import { appendUpload } from "./upload/append-upload.ts";

const keyOf = ({ body }: { readonly body: { readonly mailboxId: string } }) => body.mailboxId;

/** Accepts sends, hands them over, and knows what became of each. */
export const outboundSend = defineService<OutboundPorts>()({
  name: "outbound-send",
  environment: workerEnvironment,
  collections: [...Object.values(collections), permitCollection, signInCollection],
  asks: [...workerAsks, "inbound-sync.message.search"],
  publishes: [...workerPublishes, ...streams.SENDS.subjects],
  answers: {
    "outbound-send.send.submit": submitSend,
    "outbound-send.send.get": getSend,
    "outbound-send.send.list": listSends,
    "outbound-send.send.search": searchSends,
    "outbound-send.send.trail": sendTrail,
    "outbound-send.send.release": releaseSend,
    "outbound-send.send.discard": discardSend,
    "outbound-send.upload.append": appendUpload,
    "outbound-send.connection-test.run": ({ worker, signal }, question) =>
      worker.testConnection(question, signal, ({ connector, options }, tell, until) =>
        connector.test(options, null, tell, until),
      ),
    "outbound-send.throughput.count": async ({ throughput }, { by, since }) => ({
      items: await throughput.store.since(by, since),
    }),
    "outbound-send.activity.get": ({ activity }, { mailboxId }) => activity.get(mailboxId),
  },
  listens: [
    listen(consumers.outboundTests, {
      types: ["run.requested.v1"],
      // Most of a test is waiting for servers.
      concurrency: 200,
      keyOf,
      handle: (ports: OutboundPorts) => ports.worker.tests(createTest(ports)),
    }),
    listen(consumers.outboundRuns, {
      types: ["run.requested.v1"],
      // One send each, and most of it is waiting for servers that may hang.
      concurrency: 200,
      keyOf,
      handle: (ports: OutboundPorts) => ports.worker.runs(createFlush(ports)),
    }),
    listen(consumers.outboundSends, {
      types: ["sends.due.v1"],
      // Mailboxes drained at the same time. One that must wait for connections continues without its message.
      concurrency: 600,
      keyOf,
      handle: (ports: OutboundPorts) => createDrain(ports),
      acknowledged: (ports: OutboundPorts) => createLook(ports),
    }),
    listen(consumers.outboundReports, {
      types: ["mail.report-received.v1"],
      concurrency: 8,
      keyOf,
      handle: (ports: OutboundPorts) => createTieReport(ports),
    }),
    listen(consumers.outboundAnswers, {
      types: ["mail.answer-received.v1"],
      concurrency: 8,
      keyOf,
      handle: (ports: OutboundPorts) => createTieAnswer(ports),
    }),
    listen(consumers.outboundLifecycle, {
      types: ["mailbox.transitioned.v1", "mailbox.deleted.v1"],
      concurrency: 8,
      keyOf,
      handle: (ports: OutboundPorts) => createFollowLifecycle(ports),
    }),
  ],
  ticks: {
    sweep: { everyMs: 2000, round: (ports) => createSweep(ports) },
    "do-afterwards": every(2000, doAfterwards),
    "measure-backlog": every(60_000, measureBacklog),
    "measure-proofs": every(60_000, measureProofs),
    "save-throughput": every(2000, ({ throughput }) => throughput.counter.save()),
    "save-activity": every(2000, (ports) => sendingOf(ports).activity.save()),
  },
  checks,
  erases: eraseSends,
  repairs: { "mailboxes with sends that are due": async ({ sends, now }) => (await sends.overdue(now())).length },
});
