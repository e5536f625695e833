import { killedAt } from "./scenarios/kills.ts";

/** A line of the code that is broken on purpose, and the scenario that must notice. */
export interface Breakage {
  /** What is wrong then. */
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  readonly replacement: string;
  /** The whole name of a scenario. */
  readonly scenario: string;
  /** Stands in what the scenario says when it turns red: the check that is there for this. */
  readonly check: string;
}

/** `npm run test:faults -- --prove` breaks one after another in a clone; each must turn its scenario red. */
export const breakages: readonly Breakage[] = [
  {
    name: "mail.received is published twice, the second time under another id",
    file: "services/inbound-sync/message/hand-over.ts",
    text: "await bus.publishAll(batch.messages.flatMap((message) => factsOf(message, correlation)));",
    replacement:
      'for (const again of ["", ":again"]) await bus.publishAll(batch.messages.flatMap((message) => factsOf(message, correlation)).map((fact) => ({ ...fact, id: fact.id + again })));',
    scenario: "nothing at all",
    check: "no fact is said under two ids",
  },
  {
    name: "the last fact of a batch is not published",
    file: "services/inbound-sync/message/hand-over.ts",
    text: "await bus.publishAll(batch.messages.flatMap((message) => factsOf(message, correlation)));",
    replacement: "await bus.publishAll(batch.messages.slice(1).flatMap((message) => factsOf(message, correlation)));",
    scenario: "nothing at all",
    check: "not announced",
  },
  {
    name: "the fence of the lease on a source is not checked on write",
    file: "services/inbound-sync/source/store.ts",
    text: "updateOne: { filter, update: [{ $set: set }, ...then] }",
    replacement: "updateOne: { filter: { _id: filter._id }, update: [{ $set: set }, ...then] }",
    scenario: "freeze inbound-sync inbound.before-cursor",
    check: "passed each message once",
  },
  {
    name: "the cursor moves before the messages are stored",
    file: "services/inbound-sync/run/receive.ts",
    text: "const kept = await storeAll(ports, fresh);",
    replacement:
      'setTimeout(() => storeAll(ports, fresh).catch(() => {}), 1000); const kept = { stored: fresh.flatMap((one) => (one.is === "mail" ? one.message : [])), refused: [] };',
    scenario: killedAt("inbound-sync", "inbound.after-cursor"),
    check: "not announced",
  },
  {
    name: "facts that a dead process left behind are not published",
    file: "services/inbound-sync/run/receive.ts",
    text: "const finished = await finishPending(ports, lease, run.source.pending);",
    replacement:
      "const finished = mailboxId ? new Set<string>() : await finishPending(ports, lease, run.source.pending);",
    scenario: "kill inbound-sync at inbound.after-cursor, four times",
    check: "not announced",
  },
  {
    name: "the attempt is not written down before the content is on the wire",
    file: "services/outbound-send/send/attempts.ts",
    text: "await journal.enter(send);",
    replacement: "",
    scenario: killedAt("outbound-send", "outbound.after-server-accepted"),
    check: "was seen 2 times",
  },
  {
    name: "what a process that is gone had claimed is never taken over",
    file: "services/outbound-send/send/take-over.ts",
    text: "for (const owner of [...missing, ...(await ports.journals.abandoned(20))]) {",
    replacement: "for (const owner of missing.slice(missing.length)) {",
    scenario: killedAt("outbound-send", "outbound.after-claim"),
    check: "not sent",
  },
  {
    name: "a result is written without its claim",
    file: "services/outbound-send/send/send-document.ts",
    text: 'filter: { ...those(results), "claim.owner": { $in: owners }, state: "sending" },',
    replacement: "filter: { _id: { $in: owners.length > 0 ? ids : [] } },",
    scenario: "freeze outbound-send between a server's reception and its 250, hold",
    check: "SEND_UNCERTAIN of",
  },
  {
    name: "a late 250 is thrown away",
    file: "services/outbound-send/send/attempts.ts",
    text: "|| (await this.#late(send, outcome, context))",
    replacement: "",
    scenario: "freeze outbound-send between a server's reception and its 250, hold",
    check: "is uncertain",
  },
  {
    name: "leases are not renewed",
    file: "packages/kit/src/lease/renewals.ts",
    text: "for (const tick of ticks) tick();",
    replacement: "for (const tick of ticks.slice(ticks.length)) tick();",
    scenario: "nothing at all",
    check: "each process that lives keeps its leases",
  },
  {
    name: "a repeated idempotency key makes another send",
    file: "services/outbound-send/send/submit-send.ts",
    text: "const { mailboxId, sendId, idempotencyKey, by, correlation } = input;",
    replacement:
      'const { mailboxId, by, correlation } = input; const sendId = "sn_" + crypto.randomUUID().replaceAll("-", "").slice(0, 20); const idempotencyKey = sendId;',
    scenario: killedAt("outbound-send", "outbound.after-accept"),
    check: "nobody was answered for",
  },
  {
    name: "a fact in a mailbox's outbox is dropped",
    file: "packages/kit/src/document/relay.ts",
    text: "for (const message of outbox.filter((one) => !isAudit(one))) {",
    replacement:
      'for (const message of outbox.filter((one) => !isAudit(one) && one.type !== "mailbox.transitioned.v1")) {',
    scenario: "nothing at all",
    // Who sends learns from the transition that the mailbox is enabled.
    check: "not sent",
  },
  {
    name: "an outage of the database is answered as an internal error",
    file: "packages/bus/src/respond.ts",
    text: "if (error instanceof BusOutage || parts.isOutage(error)) {",
    replacement: "if (error instanceof BusOutage) {",
    scenario: "config's link to MongoDB half open",
    check: "what is away is answered as away",
  },
  {
    name: "an outage of the database counts as failure of the work",
    file: "packages/bus/src/work.ts",
    text: "if (error instanceof PoisonMessage || (!outage && ++failures >= attempts)) return",
    replacement: "if (error instanceof PoisonMessage || outage || ++failures >= attempts) return",
    scenario: "MongoDB loses its majority",
    check: "dead letter of",
  },
  {
    name: "a message is acknowledged before it is handled",
    file: "packages/bus/src/consume.ts",
    text: "const context = { type, sequence, mailbox, correlation };",
    replacement: "await acknowledge(parts, hold, one); const context = { type, sequence, mailbox, correlation };",
    scenario: "kill config at document.before-commit, four times",
    check: "@sandbox.test is ",
  },
  {
    name: "watches of a process that is gone are never taken over",
    file: "services/inbound-sync/watch/store.ts",
    text: '"watching.holder": { $nin: [...living] },',
    replacement: '"watching.holder": { $nin: [...living], $not: { $type: "string" } },',
    scenario: "watches: each process that watches is killed",
    check: "not heard by a watch",
  },
];
