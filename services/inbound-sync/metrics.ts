import { metricsOf, type Registry } from "@mailfleet/kit";

/** Registers the metrics of this service. */
export function createMetrics(registry: Registry) {
  const { counter, gauge } = metricsOf(registry);
  return {
    received: counter("mailfleet_inbound_messages_total", "Messages received and stored"),
    receivedBytes: counter("mailfleet_inbound_bytes_total", "Raw bytes of the messages received"),
    unparsed: counter("mailfleet_inbound_unparsed_total", "Messages of which nothing could be read"),
    quarantined: counter("mailfleet_inbound_quarantined_total", "Messages that could not be stored"),
    missed: counter("mailfleet_inbound_missed_total", "Messages that an audit found and received"),
    watches: gauge(
      "mailfleet_inbound_watches",
      "Mailboxes whose server tells this process when mail comes (idle), or is asked on a held connection (noop)",
      "by",
    ),
    watchEnds: counter(
      "mailfleet_inbound_watch_ends_total",
      "Watches that ended by themselves or could not be opened, by reason",
      "why",
    ),
    heard: counter("mailfleet_inbound_heard_total", "Times that a watch heard of mail"),
    deaf: counter("mailfleet_inbound_deaf_total", "Times that a poll found what a watch should have heard"),
  };
}
