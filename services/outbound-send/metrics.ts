import { metricsOf, type Registry } from "@mailfleet/kit";

/** Registers the metrics of this service. */
export function createMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsOf(registry);
  const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600, 3600];
  return {
    accepted: counter("mailfleet_send_accepted_total", "Sends accepted"),
    /** By outcome: sent, deferred, waiting, uncertain, failed, expired, accepted (given back while stopping). */
    attempts: counter("mailfleet_send_attempts_total", "Attempts by outcome", "outcome"),
    failures: counter("mailfleet_send_failures_total", "Failed attempts by code", "code"),
    delay: histogram("mailfleet_send_delay_seconds", "From accepted to the server's answer", seconds),
    overdue: gauge(
      "mailfleet_send_overdue_seconds",
      "How long ago it was the turn of the send that is due for longest",
    ),
    /** By state: deferred, waiting (its mailbox does not run), uncertain. */
    open: gauge("mailfleet_send_open", "Sends that are neither sent nor given up and not on their normal way", "state"),
    proved: gauge(
      "mailfleet_send_proved_within",
      "Mailboxes that sent, or proved in a test that they can, within so many seconds, by upper bound",
      "seconds",
    ),
    unproved: gauge(
      "mailfleet_send_unproved_seconds",
      "How long mail has waited for a mailbox without a proof that it can send, the longest; 0: none waits",
    ),
    inFlight: gauge("mailfleet_send_in_flight", "Sends being handed over now"),
  };
}
