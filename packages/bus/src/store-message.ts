import { JetStreamApiError } from "@nats-io/jetstream";
import { errors, type Msg, type MsgHdrs } from "@nats-io/transport-node";
import { publishAttemptMs } from "./limits.ts";
import type { Link } from "./link.ts";

/** A message for a stream. */
export interface StreamMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs;
}

/** Stores a message in the stream of its subject. Throws `JetStreamApiError` if the stream refuses it. */
export type StoreMessage = (message: StreamMessage) => Promise<"stored" | "duplicate">;

interface Waiting {
  readonly subject: string;
  readonly since: number;
  resolve(answer: "stored" | "duplicate"): void;
  reject(error: Error): void;
}

const lookMs = 250;

/**
 * Stores messages one by one, with many on their way. The answers of the server come on one subscription. The client
 * library's own way makes a timer and an error with its stack for each message, which is a tenth of what receiving costs.
 */
export function storeMessages({ nc, inbox }: Pick<Link, "nc" | "inbox">): StoreMessage {
  /** In the order in which they were sent. */
  const waiting = new Map<string, Waiting>();
  const answers = `${inbox()}.`;
  let count = 0;
  let timer: NodeJS.Timeout | null = null;

  const refuse = (token: string, error: Error) => {
    const one = waiting.get(token);
    waiting.delete(token);
    one?.reject(error);
  };
  const look = () => {
    const oldest = performance.now() - publishAttemptMs;
    for (const [token, { since }] of waiting) {
      if (since > oldest) break;
      refuse(token, new errors.TimeoutError());
    }
    if (waiting.size > 0) return;
    if (timer) clearInterval(timer);
    timer = null;
  };
  /** Whether the server takes our subscription. One that it refuses is tried again with the next message. */
  let listening = false;
  const listen = () => {
    listening = true;
    nc.subscribe(`${answers}*`, {
      callback: (error, answer) => {
        if (error) {
          listening = false;
          for (const token of waiting.keys()) refuse(token, error);
        } else hear(answer);
      },
    });
  };
  const hear = (answer: Msg) => {
    const token = answer.subject.slice(answers.length);
    const one = waiting.get(token);
    if (!one) return;
    waiting.delete(token);
    try {
      one.resolve(readAnswer(answer, one.subject));
    } catch (reason) {
      one.reject(reason as Error);
    }
  };
  const watch = async () => {
    for await (const status of nc.status()) {
      if (status.type !== "error" || !(status.error instanceof errors.PermissionViolationError)) continue;
      const { operation, subject } = status.error;
      if (operation !== "publish") continue;
      for (const [token, one] of waiting) if (one.subject === subject) refuse(token, status.error);
    }
  };
  void watch();
  void nc.closed().then(() => {
    for (const token of waiting.keys()) refuse(token, new errors.ClosedConnectionError());
    look();
  });

  return ({ subject, data, headers }) =>
    new Promise((resolve, reject) => {
      const token = (count++).toString(36);
      if (!listening) listen();
      nc.publish(subject, data, { headers, reply: answers + token });
      waiting.set(token, { subject, since: performance.now(), resolve, reject });
      timer ??= setInterval(look, lookMs);
    });
}

/** Throws what the server says instead of an answer. */
function readAnswer(answer: Msg, subject: string): "stored" | "duplicate" {
  if (answer.data.length === 0 && answer.headers?.code === 503) throw new errors.NoRespondersError(subject);
  const said = answer.json<{
    stream?: string;
    duplicate?: boolean;
    error?: ConstructorParameters<typeof JetStreamApiError>[0];
  }>();
  if (said.error) throw new JetStreamApiError(said.error);
  if (!said.stream) throw new Error("NATS gave an answer that is none of JetStream's");
  return said.duplicate ? "duplicate" : "stored";
}
