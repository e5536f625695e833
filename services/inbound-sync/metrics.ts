import { Counter, type Registry } from "@mailfleet/kit";

/** What the service counts. Mailbox ids are never labels. */
export interface InboundMetrics {
  readonly received: Counter;
  readonly receivedBytes: Counter;
  readonly unparsed: Counter;
  readonly quarantined: Counter;
  readonly missed: Counter;
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
    quarantined: counter("quarantined_total", "Messages that could not be stored"),
  };
}
