import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/transport-node";

/** One delivery of a stored message, with the four answers that JetStream knows (NATS ADR-15). */
export interface Delivery {
  readonly subject: string;
  readonly stream: string;
  readonly sequence: number;
  /** Counts the deliveries of the consumer, without a gap. */
  readonly consumerSequence: number;
  readonly deliveries: number;
  /** When the stream stored it, milliseconds since the epoch. */
  readonly storedAt: number;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
  acknowledge(): void;
  /** Acknowledges, and waits until the server has confirmed it. Throws if it does not in time. */
  confirm(nc: Pick<NatsConnection, "request">): Promise<void>;
  /** Returns the message to the consumer, for the next replica that asks. */
  giveBack(): void;
  /** Restarts the wait for the acknowledgement. */
  extend(): void;
  /** Never again for this consumer. */
  terminate(reason: string): void;
}

const confirmMs = 2000;

/** Reads the reply subject, which carries the place of the message; `null` if this is not a delivery. */
export function readDelivery(msg: Msg): Delivery | null {
  const place = readPlace(msg.reply ?? "");
  if (!place) return null;
  const answer = (word: string) => {
    try {
      msg.respond(word);
    } catch {
      // The connection was closed for good; the message comes again, to another replica.
    }
  };
  return {
    ...place,
    subject: msg.subject,
    headers: msg.headers,
    data: msg.data,
    acknowledge: () => answer("+ACK"),
    confirm: async (nc) => {
      await nc.request(msg.reply ?? "", "+ACK", { timeout: confirmMs });
    },
    giveBack: () => answer("-NAK"),
    extend: () => answer("+WPI"),
    terminate: (reason) => answer(`+TERM ${reason.replace(/\s+/g, " ").slice(0, 200)}`),
  };
}

/**
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<consumer sequence>.<ns>.<pending>`, or with domain and account
 * before the stream, as later servers may send it.
 */
export function readPlace(reply: string) {
  const tokens = reply.split(".");
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK" || tokens.length < 9) return null;
  const rest = tokens.slice(tokens.length === 9 ? 2 : 4);
  const [stream = "", , deliveries, sequence, consumerSequence, nanoseconds = "0"] = rest;
  return {
    stream,
    deliveries: Number(deliveries),
    sequence: Number(sequence),
    consumerSequence: Number(consumerSequence),
    storedAt: Number(BigInt(nanoseconds) / 1_000_000n),
  };
}
