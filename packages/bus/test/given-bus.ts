import {
  type ConsumerDefinition,
  consumers,
  type Logger,
  type OutgoingMessage,
  type StreamDefinition,
  streams,
  subjects,
} from "@mailfleet/contracts";
import { startNats } from "@mailfleet/local/testing";
import { type Bus, type BusOptions, connectBus } from "../src/index.ts";
import { makeStreams } from "../src/topology/index.ts";

/** Keeps what was logged, so that a test can look at it. */
export function recordingLogger(lines: string[] = []): Logger {
  const write = (level: string) => (context: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(context)}`);
  const logger: Logger = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => logger,
  };
  return logger;
}

/** A separate server with all streams and consumers, and as many buses as a test connects. */
export async function givenNats(options: { configuration?: readonly string[] } = {}) {
  // Tests of the bus make streams of their own, for which no user has rights.
  const engine = await startNats({ configuration: [], ...options });
  const buses: Bus[] = [];
  const logs: string[] = [];
  return {
    engine,
    logs,
    connect: async (options: Partial<BusOptions> = {}): Promise<Bus> => {
      await makeStreams({ url: engine.url, ...options });
      const bus = await connectBus({
        url: engine.url,
        name: "test",
        logger: recordingLogger(logs),
        isOutage: () => false,
        ...options,
      });
      buses.push(bus);
      return bus;
    },
    stop: async () => {
      await Promise.all(buses.map((bus) => bus.stop()));
      await engine.stop();
    },
  };
}

/** The stream and the consumer of a test that must not share its messages with another test. */
export function ownStream(name: string, ackWaitMs = 2000): { stream: StreamDefinition; consumer: ConsumerDefinition } {
  const stream: StreamDefinition = { ...streams.MAILBOX, name, subjects: [`${name.toLowerCase()}.*`] };
  const consumer: ConsumerDefinition = {
    ...consumers.configEvents,
    stream: name as ConsumerDefinition["stream"],
    name: `${name.toLowerCase()}-consumer`,
    filters: stream.subjects,
    ackWaitMs,
  };
  return { stream, consumer };
}

/** A timer that fired, for mailbox `mb_test<n>`. */
export function timerFired(n: number, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const mailboxId = `mb_test${n}`;
  return {
    id: `fired:${n}`,
    subject: subjects.mailboxEvent(mailboxId),
    type: "mailbox.timer-fired.v1",
    mailboxId,
    generation: n,
    at: 1000 + n,
    body: { mailboxId, direction: "inbound", generation: n },
    ...more,
  };
}
