import { ProblemError, type Removed, type ServiceName, serviceNames } from "@mailfleet/contracts";
import { eachAlone } from "@mailfleet/kit";
import { plans } from "../mailbox/plans.ts";
import { take } from "../mailbox/take.ts";
import type { Ports } from "../ports.ts";
import type { ErasureBody } from "./body.ts";

const atOnce = 20;
const mailFirst: readonly ServiceName[] = ["inbound-sync", "outbound-send"];
/** Runs and attempts that were under way at the deletion write nothing more after this time. */
const roundsNeeded = 2;

type Erasing = ErasureBody & { readonly _id: string };

/** Works on erasures that are due and that nobody works on. */
export async function runErasures(ports: Ports): Promise<void> {
  const due = await ports.documents.erasure.list({
    filter: { state: "running", nextAt: { $lte: ports.now() } },
    sort: [
      ["nextAt", 1],
      ["_id", 1],
    ],
    limit: atOnce,
  });
  const alone = { concurrency: 1, logger: ports.logger, what: "erasure", name: ({ _id }: Erasing) => _id };
  await eachAlone(due, alone, async (one) => {
    const lease = await ports.erasureLeases.take(one._id);
    if (!lease) return;
    try {
      await runErasure(ports, lease.document);
    } finally {
      await lease.release();
    }
  });
}

/**
 * One round: the mail, which the deletion would remove without counting; the deletion, so that everything stops; what
 * the other services have; the streams.
 * Each is written down when it is done, so that after a restart the round goes on. A second round takes what came late.
 */
async function runErasure(ports: Ports, erasure: Erasing): Promise<void> {
  const { _id: id, mailboxId, address, by, rounds } = erasure;
  if (address === undefined) return;
  const about = { mailboxId, address };
  const asked = (service: ServiceName) =>
    [
      service,
      async () => (await ports.bus.request(`${service}.traces.erase`, about, { timeoutMs: 60_000 })).removed,
    ] as const;
  const steps: readonly (readonly [name: string, work: () => Promise<Removed>])[] = [
    ...mailFirst.map(asked),
    ["deletion", () => deleteMailbox(ports, { id, mailboxId, by })],
    ...serviceNames.filter((service) => !mailFirst.includes(service)).map(asked),
    ["nats", async () => ({ "messages in streams": await ports.bus.erase(about) })],
  ];
  for (const [name, work] of steps) {
    if (erasure.doneBy.includes(name)) continue;
    const key = `${rounds}/${name}`;
    try {
      const removed = await work();
      await change(ports, id, key, (before) => ({
        ...before,
        doneBy: [...before.doneBy, name],
        removed: sum(before.removed, removed),
        waitsFor: null,
      }));
    } catch (error) {
      const waitsFor = `${name}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 300);
      await change(ports, id, `${key}/${ports.now()}`, (before) => ({ ...before, waitsFor }));
      throw error;
    }
  }
  await change(ports, id, `${rounds}/end`, (before) => {
    const isDone = before.rounds + 1 >= roundsNeeded;
    return {
      ...before,
      ...{ rounds: before.rounds + 1, doneBy: [], nextAt: ports.now() + ports.eraseSettleMs },
      ...(isDone ? { state: "done", doneAt: ports.now(), address: undefined } : {}),
    };
  });
  ports.logger.info({ erasure: id, mailbox: mailboxId, round: rounds + 1 }, "a round of an erasure is done");
}

async function change(ports: Ports, id: string, key: string, next: (before: ErasureBody) => ErasureBody) {
  await ports.documents.erasure.change(id, { key, at: ports.now() }, (before) => ({ after: next(before) }));
}

const sum = (one: Removed, other: Removed): Removed =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [key, (one[key] ?? 0) + (other[key] ?? 0)]),
  );

/** As the command does it; one that is deleted already stays so. */
async function deleteMailbox(ports: Ports, given: { id: string; mailboxId: string; by: string }): Promise<Removed> {
  const { id, mailboxId, by } = given;
  const at = ports.now();
  try {
    await take(ports, mailboxId, {
      ...{ id: `${id}/delete`, kind: "command", at, event: "delete", by, correlation: id, causation: id },
      plan: (document) => plans.delete(document, {}, at),
    });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "NOT_FOUND") throw error;
  }
  return {};
}
