import type { StreamUsage } from "@mailfleet/bus";
import { type StreamDefinition, streams } from "@mailfleet/contracts";
import { eachAlone } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { reachMs } from "./reach.ts";

/** Raised at 70 %, cleared only below 60 %, so that it does not flap. */
const raiseAt = 0.7;
const clearBelow = 0.6;
const MiB = 1024 * 1024;

/**
 * A work queue refuses what is new when it is full; a stream with limits lets the oldest go and may be full for ever.
 */
const workQueues: ReadonlySet<string> = new Set(
  Object.values<StreamDefinition>(streams)
    .filter(({ retention }) => retention === "work-queue")
    .map(({ name }) => name),
);

/**
 * One look at all streams: how far back those reach that let the oldest go, and how full work queues are. Replicas that
 * look at the same minute count as one.
 */
export async function watchStreams({ bus, wall, now, logger, metrics }: AlertingPorts): Promise<void> {
  const usage = await bus.streamUsage();
  for (const one of usage) {
    const reach = reachMs(one, now());
    if (reach === null) continue;
    metrics.streamReach.set({ stream: one.name }, reach / 1000);
    metrics.streamKept.set({ stream: one.name }, one.maxAgeMs / 1000);
  }
  const queues = usage.filter(({ name, maxBytes }) => maxBytes > 0 && workQueues.has(name));
  const alone = { logger, what: "how full streams are", name: ({ name }: StreamUsage) => name };
  await eachAlone(queues, alone, async ({ name, bytes, maxBytes }) => {
    const share = bytes / maxBytes;
    metrics.streamUsed.set({ stream: name }, share);
    const object = { type: "stream", id: name } as const;
    const at = now();
    const id = `stream:${name}:${Math.floor(at / 60_000)}`;
    const isRaised = async () => (await wall.raisedAbout(object, ["STREAM_FILLING"])).length > 0;
    if (share >= raiseAt && !(await isRaised())) {
      const detail = `${name}: ${Math.round(share * 100)} % of ${Math.round(maxBytes / MiB)} MiB`;
      await wall.raise({ at, object, code: "STREAM_FILLING", detail }, { id });
    } else if (share < clearBelow && (await isRaised())) {
      await wall.clear({ at, object, codes: ["STREAM_FILLING"] }, { id: `${id}:cleared` });
    }
  });
}
