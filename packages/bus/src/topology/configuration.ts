import type { ConsumerDefinition, StreamDefinition } from "@mailfleet/contracts";
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";

const nanosecondsPerMs = 1_000_000;

/** What is asked of the server for a stream. The number of replicas is the deployment's. */
export function streamConfig(definition: StreamDefinition): Partial<StreamConfig> & { name: string } {
  return {
    name: definition.name,
    subjects: [...definition.subjects],
    storage: StorageType.File,
    retention: definition.retention === "work-queue" ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    discard: definition.retention === "work-queue" ? DiscardPolicy.New : DiscardPolicy.Old,
    max_bytes: definition.maxBytes,
    max_age: (definition.maxAgeMs ?? 0) * nanosecondsPerMs,
    duplicate_window: definition.duplicateWindowMs * nanosecondsPerMs,
    max_msgs_per_subject: definition.latestPerSubject ? 1 : -1,
    discard_new_per_subject: false,
    ...(definition.onePerSubject
      ? { max_msgs_per_subject: 1, discard: DiscardPolicy.New, discard_new_per_subject: true }
      : {}),
  };
}

/** A durable consumer, whoever reads it. */
export type PlannedConsumer = Omit<ConsumerDefinition, "service">;

/** What is asked of the server for a consumer. `max_deliver` is unlimited: a message at its limit stays for ever. */
export function consumerConfig(definition: PlannedConsumer): Partial<ConsumerConfig> {
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

/** A field that the server has otherwise than it is asked. */
export interface Difference {
  readonly field: string;
  /** For example `max_bytes is 4096, Mailfleet needs 8192`. */
  readonly sentence: string;
}

/** Each asked field that the server answers differently; empty if all is as asked. */
export function differences(asked: object, found: object): Difference[] {
  const shown = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value);
  return Object.entries(asked).flatMap(([field, wanted]) => {
    const there = (found as Record<string, unknown>)[field];
    // The server leaves out what has its zero value.
    const same = shown(there) === shown(wanted) || (there === undefined && (wanted === 0 || wanted === false));
    const sentence = `${field} is ${shown(there) ?? "not set"}, Mailfleet needs ${shown(wanted)}`;
    return same ? [] : [{ field, sentence }];
  });
}

/** The server answers one filter in a field of its own. */
export const withFilters = (config: ConsumerConfig): ConsumerConfig => ({
  ...config,
  filter_subjects: config.filter_subjects ?? (config.filter_subject ? [config.filter_subject] : []),
});
