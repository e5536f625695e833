import { type Logger, type MessageType, messageTypes, streams } from "@mailfleet/contracts";
import { AckPolicy, type ConsumerConfig, DeliverPolicy, type JetStreamManager, ReplayPolicy } from "@nats-io/jetstream";
import { type Msg, nuid, type Subscription } from "@nats-io/transport-node";
import type { FollowOptions, Incoming } from "./bus.ts";
import { readDelivery } from "./delivery.ts";
import { decode } from "./envelope.ts";
import { closeMs, following, pauseMs } from "./limits.ts";
import type { Link } from "./link.ts";
import { atMost, pause } from "./pause.ts";
import { reasonOf } from "./work.ts";

const everyType = Object.keys(messageTypes) as MessageType[];

/** How far the follower has come. Without `sequence` it has seen nothing yet of what was stored since `time`. */
interface Position {
  readonly sequence?: number;
  /** When that message was stored, milliseconds since the epoch. */
  readonly time: number;
}

/** One ephemeral consumer and the inbox that it delivers to. */
interface Session {
  readonly name: string;
  readonly subscription: Subscription;
  /** Number of the last delivery, from 1 without a gap. */
  delivered: number;
  lastSign: number;
}

/**
 * See `Bus.follow`: an ephemeral consumer that pushes. It is made anew behind the last message that was seen after each
 * reconnect, after silence, and when a delivery is missing. The client library's ordered consumer is not used: after a
 * restart of the server it may wait 30 s, it cannot be made anew once it began at a time, and one that had seen nothing
 * would begin with the first message of the stream.
 */
export async function follow(
  parts: { readonly link: Link; readonly jsm: JetStreamManager; readonly logger: Logger },
  options: FollowOptions,
  handle: (message: Incoming) => void,
): Promise<{ stop(): Promise<void> }> {
  const { link, jsm, logger } = parts;
  const stream = streamOf(options.filters);
  const stopping = new AbortController();
  let position: Position = options.startTime === undefined ? await endOf(jsm, stream) : { time: options.startTime };
  let session: Session | undefined;
  let renewal: Promise<void> | undefined;

  const show = (msg: Msg, from: Session) => {
    from.lastSign = Date.now();
    const delivery = msg.reply ? readDelivery(msg) : null;
    if (!delivery) {
      answerFlowControl(link, msg);
      const sent = Number(msg.headers?.get("Nats-Last-Consumer") || 0);
      if (sent > from.delivered) renew("deliveries were lost");
      return;
    }
    if (delivery.consumerSequence !== from.delivered + 1) return renew("deliveries were lost");
    from.delivered++;
    position = { sequence: delivery.sequence, time: delivery.storedAt };
    const read = decode(delivery, everyType);
    if (!read.ok) return logger.debug({ subject: msg.subject, reason: read.reason }, "a message cannot be shown");
    try {
      handle(read.message);
    } catch (error) {
      logger.error({ subject: msg.subject, reason: reasonOf(error) }, "a follower failed");
    }
  };

  const open = async () => {
    const name = `follow_${nuid.next()}`;
    const inbox = link.inbox();
    const start = await startAt(jsm, stream, position);
    const fresh: Session = {
      name,
      subscription: link.nc.subscribe(inbox, {
        callback: (error, msg) => {
          if (session === fresh && !error) show(msg, fresh);
        },
      }),
      delivered: 0,
      lastSign: Date.now(),
    };
    // Deliveries may overtake the answer to the request that makes the consumer.
    session = fresh;
    try {
      await jsm.consumers.add(stream, { ...consumerOf(name, inbox, options.filters), ...start });
    } catch (error) {
      await close();
      throw error;
    }
  };

  const close = async () => {
    const old = session;
    session = undefined;
    if (!old) return;
    old.subscription.unsubscribe();
    // Usually it is gone. If it is not, and this fails, it expires because nobody listens.
    if (link.health() === null) await atMost(closeMs, jsm.consumers.delete(stream, old.name)).catch(() => {});
  };

  const renewUntilOpen = async () => {
    void close();
    for (let attempt = 1; !stopping.signal.aborted && !link.nc.isClosed(); attempt++) {
      if (link.health() !== null) await link.connected(closeMs);
      else {
        try {
          return await open();
        } catch (error) {
          logger.warn({ stream, reason: reasonOf(error) }, "the stream cannot be followed yet");
        }
        await pause(pauseMs(attempt), stopping.signal);
      }
    }
  };
  const renew = (reason: string) => {
    if (stopping.signal.aborted || renewal) return;
    logger.info({ stream, reason }, "following the stream again");
    renewal = renewUntilOpen().finally(() => {
      renewal = undefined;
    });
  };

  await open();
  const offReconnect = link.onReconnect(() => renew("the connection was away"));
  const silence = setInterval(() => {
    if (session && link.health() === null && Date.now() - session.lastSign > following.silenceMs) renew("silence");
  }, 1000);
  return {
    stop: async () => {
      stopping.abort();
      offReconnect();
      clearInterval(silence);
      if (renewal) await atMost(closeMs, renewal);
      await close();
    },
  };
}

function consumerOf(name: string, inbox: string, filters: readonly string[]): ConsumerConfig {
  return {
    name,
    deliver_subject: inbox,
    filter_subjects: [...filters],
    ack_policy: AckPolicy.None,
    replay_policy: ReplayPolicy.Instant,
    deliver_policy: DeliverPolicy.New,
    flow_control: true,
    idle_heartbeat: following.heartbeatMs * 1e6,
    inactive_threshold: following.inactiveMs * 1e6,
    mem_storage: true,
    num_replicas: 1,
  };
}

async function endOf(jsm: JetStreamManager, stream: string): Promise<Position> {
  const { state } = await jsm.streams.info(stream);
  return { sequence: state.last_seq, time: Math.max(0, Date.parse(state.last_ts)) };
}

/** Right after the position. By time if the stream was recreated or lost its end, so that its numbers begin again. */
async function startAt(jsm: JetStreamManager, stream: string, position: Position): Promise<Partial<ConsumerConfig>> {
  const { sequence, time } = position;
  if (sequence !== undefined && (await jsm.streams.info(stream)).state.last_seq >= sequence)
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: sequence + 1 };
  const from = sequence === undefined ? time : time + 1;
  return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(from).toISOString() };
}

/** The server continues only when it learns that its messages have arrived (NATS ADR-9, ADR-15). */
function answerFlowControl(link: Link, msg: Msg): void {
  const stalled = msg.headers?.get("Nats-Consumer-Stalled");
  if (msg.reply) msg.respond();
  else if (stalled) link.nc.publish(stalled);
}

function streamOf(filters: readonly string[]): string {
  const first = filters[0]?.split(".")[0];
  const stream = Object.values(streams).find((one) => one.subjects.some((subject) => subject.split(".")[0] === first));
  if (!stream) throw new Error(`No stream carries ${filters.join(", ") || "nothing"}`);
  return stream.name;
}
