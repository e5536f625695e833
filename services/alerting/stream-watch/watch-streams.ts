import type { Bus, StreamUsage } from "@mailfleet/bus";
import { type Logger, type StreamDefinition, streams } from "@mailfleet/contracts";
import { eachAlone } from "@mailfleet/kit";
import { alertIdOf } from "../alert/step.ts";
import type { AlertStore } from "../alert/store.ts";
import type { AlertWall } from "../alert/wall.ts";

/** What watching streams works with. */
export interface StreamWatchPorts {
  readonly bus: Pick<Bus, "streamUsage">;
  readonly alerts: Pick<AlertStore, "get">;
  readonly wall: AlertWall;
  readonly logger: Logger;
  now(): number;
}

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

/** One look at all work queues. Replicas that look at the same minute count as one. */
export async function watchStreams({ bus, alerts, wall, now, logger }: StreamWatchPorts): Promise<void> {
  const queues = (await bus.streamUsage()).filter(({ name, maxBytes }) => maxBytes > 0 && workQueues.has(name));
  const alone = { logger, what: "how full streams are", name: ({ name }: StreamUsage) => name };
  await eachAlone(queues, alone, async ({ name, bytes, maxBytes }) => {
    const share = bytes / maxBytes;
    const object = { type: "stream", id: name } as const;
    const at = now();
    const id = `stream:${name}:${Math.floor(at / 60_000)}`;
    const isRaised = async () => (await alerts.get(alertIdOf(object, "STREAM_FILLING")))?.state === "raised";
    if (share >= raiseAt && !(await isRaised())) {
      const detail = `${name}: ${Math.round(share * 100)} % of ${Math.round(maxBytes / MiB)} MiB`;
      await wall.raise({ at, object, code: "STREAM_FILLING", detail }, { id });
    } else if (share < clearBelow && (await isRaised())) {
      await wall.clear({ at, object, codes: ["STREAM_FILLING"] }, { id: `${id}:cleared` });
    }
  });
}
