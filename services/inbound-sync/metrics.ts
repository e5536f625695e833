import { metricsOf, type Registry } from "@mailfleet/kit";

/** Registers the metrics of this service. */
export function createMetrics(registry: Registry) {
  const { counter, gauge } = metricsOf(registry);
  return {
    received: counter("mailfleet_message_received_total", "Messages received and stored"),
    receivedBytes: counter("mailfleet_message_received_bytes_total", "Raw bytes of the messages received"),
    unparsed: counter("mailfleet_message_unparsed_total", "Messages of which nothing could be read"),
    quarantined: counter("mailfleet_message_quarantined_total", "Messages that could not be stored"),
    missed: counter("mailfleet_message_missed_total", "Messages that an audit found and received"),
    oldestProof: gauge(
      "mailfleet_source_proof_oldest_seconds",
      "How long ago the enabled mailbox that is silent for longest was read",
    ),
    proved: gauge(
      "mailfleet_source_proved_within",
      "Enabled mailboxes that were read within so many seconds, by upper bound",
      "seconds",
    ),
    silent: gauge("mailfleet_source_silent", "Enabled mailboxes that have been silent for three intervals"),
    watches: gauge(
      "mailfleet_watch_open",
      "Mailboxes whose server tells this process when mail comes (idle), or is asked on a held connection (noop)",
      "by",
    ),
    watchEnds: counter(
      "mailfleet_watch_ended_total",
      "Watches that ended by themselves or could not be opened, by reason",
      "why",
    ),
    heard: counter("mailfleet_watch_heard_total", "Times that a watch heard of mail"),
    deaf: counter("mailfleet_watch_deaf_total", "Times that a poll found what a watch should have heard"),
  };
}
