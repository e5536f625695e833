import { type MessageType, messageTypes } from "@mailfleet/contracts";
import { AckPolicy, DeliverPolicy, type JetStreamManager, ReplayPolicy } from "@nats-io/jetstream";
import { type Msg, nuid } from "@nats-io/transport-node";
import type { Incoming, Place, Reading, ReadOptions } from "./bus.ts";
import { readDelivery } from "./delivery.ts";
import { decode } from "./envelope.ts";
import type { Link } from "./link.ts";
import { BusOutage } from "./outage.ts";

const everyType = Object.keys(messageTypes) as MessageType[];
/** The server removes a consumer that we could not remove after this. */
const forgottenMs = 30_000;
const answerMs = 5000;

/**
 * See `Bus.readFrom`: an ephemeral consumer that is asked once. Nothing is acknowledged: whoever reads keeps the place.
 */
export async function readFrom(
  { link, jsm }: { readonly link: Link; readonly jsm: JetStreamManager },
  { stream, filters, after, max, waitMs, signal }: ReadOptions,
): Promise<Reading> {
  const name = `read_${nuid.next()}`;
  try {
    const { state, created } = await jsm.streams.info(stream);
    const isPlace = "sequence" in after;
    if (isPlace && (after.stream !== created || state.last_seq < after.sequence))
      return { messages: [], place: null, missed: true, isOther: true };
    const missed = isPlace && state.messages > 0 && state.first_seq > after.sequence + 1;
    const from = isPlace
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after.sequence + 1 }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(after.since).toISOString() };
    const { num_pending: waiting } = await jsm.consumers.add(stream, {
      ...{ name, filter_subjects: [...filters], ack_policy: AckPolicy.None, replay_policy: ReplayPolicy.Instant },
      ...{ inactive_threshold: (waitMs + forgottenMs) * 1e6, mem_storage: true, num_replicas: 1 },
      ...from,
    });
    if (waiting === 0 && waitMs === 0) return { messages: [], place: null, missed, isOther: false };
    const read = await ask(link, { stream, created, name, max, waitMs, waiting, signal });
    return { ...read, missed, isOther: false };
  } catch (error) {
    throw new BusOutage("NATS does not give what is to be read", { cause: error });
  } finally {
    if (link.health() === null) void jsm.consumers.delete(stream, name).catch(() => {});
  }
}

function ask(
  { nc, inbox }: Link,
  {
    stream,
    created,
    name,
    max,
    waitMs,
    waiting,
    signal,
  }: Pick<ReadOptions, "stream" | "max" | "waitMs" | "signal"> & { created: string; name: string; waiting: number },
): Promise<Pick<Reading, "messages" | "place">> {
  const reply = inbox();
  const messages: Incoming[] = [];
  const wanted = Math.min(max, Math.max(1, waiting));
  let place: Place | null = null;
  let seen = 0;
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(late);
      signal?.removeEventListener("abort", end);
      subscription.unsubscribe();
      resolve({ messages, place });
    };
    const take = (msg: Msg) => {
      const delivery = msg.reply ? readDelivery(msg) : null;
      if (!delivery) return msg.headers?.code === 100 ? undefined : end();
      const read = decode(delivery, everyType);
      if (read.ok) messages.push(read.message);
      place = { stream: created, sequence: delivery.sequence };
      if (++seen >= wanted) end();
    };
    const subscription = nc.subscribe(reply, { callback: (error, msg) => (error ? end() : take(msg)) });
    const late = setTimeout(end, waitMs + answerMs);
    signal?.addEventListener("abort", end, { once: true });
    const expires = Math.max(1000, waitMs) * 1e6;
    const request = { batch: wanted, ...(waiting > 0 && waitMs === 0 ? { no_wait: true } : { expires }) };
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply });
  });
}
