import type { Job, Mailbox } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { type Fleet, plainServer, startFleet } from "./fleet.ts";
import type { Figure } from "./report.ts";

const mailboxes = 1200;
const undisturbedCommands = 200;

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const p95 = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;

/** One command after another, as a person who works gives them, as long as `more` says. */
async function commandTimes({ api, mailbox }: Fleet, more: (count: number) => boolean): Promise<number[]> {
  const times: number[] = [];
  while (more(times.length)) {
    const since = performance.now();
    await api.patch(`/mailboxes/${mailbox.id}`, { name: `name ${times.length}` });
    times.push(performance.now() - since);
  }
  return times;
}

/** Mailboxes that nobody has approved yet. */
async function addMany({ api, mailbox }: Fleet): Promise<void> {
  let left = mailboxes;
  const adding = async () => {
    for (let n = left--; n > 0; n = left--)
      await api.post<Mailbox>("/mailboxes", { address: `box-${n}@bench.test`, profileId: mailbox.profileId });
  };
  await Promise.all(Array.from({ length: 8 }, adding));
}

/** How long one change of a mailbox takes while a job approves 1,200 others, compared with the same when nothing else happens. */
export async function besideJob(): Promise<Figure> {
  const server = plainServer(1);
  const fleet = await startFleet({ address: "one@bench.test", profile: { inbound: server, outbound: server } });
  try {
    const { api } = fleet;
    await addMany(fleet);
    await commandTimes(fleet, (count) => count < undisturbedCommands);
    const alone = await commandTimes(fleet, (count) => count < undisturbedCommands);
    const since = performance.now();
    const { id } = await api.post<Job>("/jobs", { verb: "approve", filter: { lifecycle: "pendingApproval" } });
    let job: Job | null = null;
    const ending = eventually(
      async () => {
        job = await api.get<Job>(`/jobs/${id}`);
        return job.state === "done";
      },
      { timeoutMs: 300_000, everyMs: 250 },
    );
    let isOver = false;
    const over = ending.finally(() => {
      isOver = true;
    });
    const beside = await commandTimes(fleet, () => !isOver);
    await over;
    const seconds = (performance.now() - since) / 1000;
    const { total = 0, failed = 0 } = (job ?? {}) as Partial<Job>;
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    return {
      ...{ bench: "beside-job", value: median(beside) / median(alone), unit: "times as long", target: 2 },
      lowerIsBetter: true,
      notes: [
        `a change alone: ${ms(median(alone))}, p95 ${ms(p95(alone))} (${alone.length} of them)`,
        `beside the job: ${ms(median(beside))}, p95 ${ms(p95(beside))} (${beside.length} of them)`,
        `the job: ${total} mailboxes, ${failed} refused, ${seconds.toFixed(1)} s, ${(total / seconds).toFixed(0)} a second`,
      ],
    };
  } finally {
    await fleet.stop();
  }
}
