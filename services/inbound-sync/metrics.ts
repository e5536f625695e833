import { Counter, Gauge, type Registry } from "@mailfleet/kit";

/** What the service counts. Mailbox ids are never labels. */
export interface InboundMetrics {
  readonly received: Counter;
  readonly receivedBytes: Counter;
  readonly unparsed: Counter;
  readonly quarantined: Counter;
  readonly missed: Counter;
  /** Open in this process. */
  readonly watches: Gauge<"by">;
  readonly watchEnds: Counter<"why">;
  readonly heard: Counter;
  readonly deaf: Counter;
}

/** Registers the metrics. */
export function createMetrics(registry: Registry): InboundMetrics {
  const counter = (name: string, help: string) =>
    new Counter({ name: `mailfleet_inbound_${name}`, help, registers: [registry] });
  return {
    received: counter("messages_total", "Messages received and stored"),
    receivedBytes: counter("bytes_total", "Raw bytes of the messages received"),
    unparsed: counter("unparsed_total", "Messages of which nothing could be read"),
    missed: counter("missed_total", "Messages that an audit found and received"),
    watches: new Gauge({
      name: "mailfleet_inbound_watches",
      help: "Mailboxes whose server tells this process when mail comes (idle), or is asked on a held connection (noop)",
      labelNames: ["by"],
      registers: [registry],
    }),
    watchEnds: new Counter({
      name: "mailfleet_inbound_watch_ends_total",
      help: "Watches that ended by themselves or could not be opened, by reason",
      labelNames: ["why"],
      registers: [registry],
    }),
    heard: counter("heard_total", "Times that a watch heard of mail"),
    deaf: counter("deaf_total", "Times that a poll found what a watch should have heard"),
    quarantined: counter("quarantined_total", "Messages that could not be stored"),
  };
}
