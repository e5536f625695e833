import { Gauge, metricsOf, type Registry } from "@mailfleet/kit";
import type { NoticeStore } from "./notice/store.ts";

/** Registers the metrics of this service. */
export function createMetrics(registry: Registry, notices: Pick<NoticeStore, "countPending">) {
  const { counter } = metricsOf(registry);
  new Gauge({
    name: "mailfleet_notifications_pending",
    help: "Notification mails that wait, over all replicas",
    registers: [registry],
    async collect() {
      // Metrics are served while the database is away, too.
      this.set(await notices.countPending().catch(() => Number.NaN));
    },
  });
  return {
    alerts: counter(
      "mailfleet_alerts_raised_total",
      "Alerts that opened, by code; repetitions are not counted",
      "code",
    ),
    /** By outcome: sent, failed, expired, dropped. */
    notices: counter("mailfleet_notifications_total", "Notification mails by what became of the attempt", "outcome"),
    serverFailures: counter(
      "mailfleet_notification_failures_total",
      "Failures of the notification mail server, by code",
      "code",
    ),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
