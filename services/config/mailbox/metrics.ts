import { metricsOf, type Registry } from "@mailfleet/kit";

/** Registers the metrics of this service. */
export function createMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsOf(registry);
  const seconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
  return {
    grantEnds: gauge(
      "mailfleet_grant_ends_seconds",
      "Time until the first of the consents that are good ends; NaN: none does",
    ),
    secretEnds: gauge(
      "mailfleet_profile_secret_ends_seconds",
      "Time until the first secret or certificate of a profile ends; NaN: none does",
    ),
    /** By outcome: accepted, ignored, refused, repeated, conflict, failed. */
    steps: counter("mailfleet_mailbox_events_total", "Steps of mailbox machines", "event", "outcome"),
    stepSeconds: histogram("mailfleet_mailbox_event_seconds", "Time of a step from load to relayed", seconds),
    mailboxes: gauge("mailfleet_mailbox_living", "Mailboxes by life-cycle word", "lifecycle"),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
