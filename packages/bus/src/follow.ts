import { type Logger, type MessageType, messageTypes, streams } from "@mailfleet/contracts";
import { type ConsumerMessages, DeliverPolicy, type JetStreamClient } from "@nats-io/jetstream";
import type { FollowOptions, Incoming } from "./bus.ts";
import { decode } from "./envelope.ts";
import { closeMs } from "./limits.ts";
import { atMost } from "./pause.ts";
import { reasonOf } from "./work.ts";

const everyType = Object.keys(messageTypes) as MessageType[];

/** See `Bus.follow`: an ephemeral ordered consumer, which the client library makes again after every interruption. */
export async function follow(
  js: JetStreamClient,
  logger: Logger,
  options: FollowOptions,
  handle: (message: Incoming) => void,
): Promise<{ stop(): Promise<void> }> {
  const consumer = await js.consumers.get(streamOf(options.filters), {
    filter_subjects: [...options.filters],
    ...(options.startTime === undefined
      ? { deliver_policy: DeliverPolicy.New }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(options.startTime).toISOString() }),
  });
  const messages: ConsumerMessages = await consumer.consume({
    callback: (msg) => {
      const read = decode(
        {
          subject: msg.subject,
          stream: msg.info.stream,
          sequence: msg.seq,
          deliveries: 1,
          storedAt: msg.time.getTime(),
          headers: msg.headers,
          data: msg.data,
          acknowledge: () => {},
          giveBack: () => {},
          extend: () => {},
          terminate: () => {},
        },
        everyType,
      );
      if (!read.ok) return logger.debug({ subject: msg.subject, reason: read.reason }, "not shown");
      try {
        handle(read.message);
      } catch (error) {
        logger.error({ subject: msg.subject, reason: reasonOf(error) }, "a follower failed");
      }
    },
  });
  return {
    stop: async () => {
      await atMost(closeMs, messages.close());
      await atMost(closeMs, consumer.delete()).catch(() => {});
    },
  };
}

function streamOf(filters: readonly string[]): string {
  const first = filters[0]?.split(".")[0];
  const stream = Object.values(streams).find((one) => one.subjects.some((subject) => subject.split(".")[0] === first));
  if (!stream) throw new Error(`No stream carries ${filters.join(", ") || "nothing"}`);
  return stream.name;
}
