import type { ConsumerDefinition, StreamDefinition } from "@mailfleet/contracts";
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";

const nanosecondsPerMs = 1_000_000;
/** JetStream's error codes for what is not there. */
const missing = { stream: 10059, consumer: 10014 } as const;
/** JetStream's error codes for something that exists with another configuration. */
const takenCodes = [10058, 10013, 10148, 10105];

type Named = Partial<StreamConfig> & { name: string };

/** What is asked of the server for a stream. */
export function streamConfig(definition: StreamDefinition, replicas: number): Named {
  return {
    name: definition.name,
    subjects: [...definition.subjects],
    storage: StorageType.File,
    num_replicas: replicas,
    retention: definition.retention === "work-queue" ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    discard: definition.retention === "work-queue" ? DiscardPolicy.New : DiscardPolicy.Old,
    max_bytes: definition.maxBytes,
    max_age: (definition.maxAgeMs ?? 0) * nanosecondsPerMs,
    duplicate_window: definition.duplicateWindowMs * nanosecondsPerMs,
    max_msgs_per_subject: -1,
    discard_new_per_subject: false,
    ...(definition.onePerSubject
      ? { max_msgs_per_subject: 1, discard: DiscardPolicy.New, discard_new_per_subject: true }
      : {}),
  };
}

/** What is asked of the server for a consumer. `max_deliver` is unlimited: a message at its limit stays for ever. */
export function consumerConfig(definition: ConsumerDefinition): Partial<ConsumerConfig> {
  return {
    durable_name: definition.name,
    filter_subjects: [...definition.filters],
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_wait: definition.ackWaitMs * nanosecondsPerMs,
    max_ack_pending: definition.maxAckPending,
    max_deliver: -1,
  };
}

/** Each asked field that the server answers differently, with both values; empty if all is as asked. */
export function differences(asked: object, found: object): string[] {
  const shown = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value);
  return Object.entries(asked).flatMap(([field, wanted]) => {
    const there = (found as Record<string, unknown>)[field];
    // The server leaves out what has its zero value.
    const same = shown(there) === shown(wanted) || (there === undefined && (wanted === 0 || wanted === false));
    return same ? [] : [`${field} is ${shown(there) ?? "not set"}, Mailfleet needs ${shown(wanted)}`];
  });
}

/** Makes the stream if it is missing. Throws, naming field and values, if the server has another configuration. */
export async function declareStream(jsm: JetStreamManager, definition: StreamDefinition, replicas: number) {
  const asked = streamConfig(definition, replicas);
  const { config } = await findOrMake(
    () => jsm.streams.info(definition.name),
    () => jsm.streams.add(asked),
    missing.stream,
  );
  refuseDifferences(`stream ${definition.name}`, differences(asked, config));
}

/** Makes the consumer if it is missing. Throws, naming field and values, if the server has another configuration. */
export async function declareConsumer(jsm: JetStreamManager, definition: ConsumerDefinition) {
  const asked = consumerConfig(definition);
  const { config } = await findOrMake(
    () => jsm.consumers.info(definition.stream, definition.name),
    () => jsm.consumers.add(definition.stream, { ...asked }),
    missing.consumer,
  );
  const filters = config.filter_subjects ?? (config.filter_subject ? [config.filter_subject] : []);
  refuseDifferences(
    `consumer ${definition.name} of stream ${definition.stream}`,
    differences(asked, { ...config, filter_subjects: filters }),
  );
}

async function findOrMake<Info>(find: () => Promise<Info>, make: () => Promise<Info>, absent: number): Promise<Info> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === absent)) throw error;
  }
  try {
    return await make();
  } catch (error) {
    // Another replica has made it meanwhile. The comparison shows whether with the same configuration.
    if (error instanceof JetStreamApiError && takenCodes.includes(error.code)) return await find();
    throw error;
  }
}

function refuseDifferences(what: string, found: string[]) {
  if (found.length > 0) throw new Error(`NATS has another configuration of ${what}: ${found.join("; ")}`);
}
