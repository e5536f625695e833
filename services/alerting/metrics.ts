import { metricsOf, type Registry } from "@mailfleet/kit";
import type { NoticeStore } from "./notice/store.ts";

/** Registers the metrics of this service. */
export function createMetrics(registry: Registry, notices: Pick<NoticeStore, "countPending">) {
  const { asked, counter } = metricsOf(registry);
  asked("mailfleet_notice_pending", "Notices that wait, over all replicas", () => notices.countPending());
  return {
    alerts: counter("mailfleet_alert_raised_total", "Alerts that opened, by code; repetitions are not counted", "code"),
    /** By outcome: sent, failed, expired, dropped. */
    notices: counter("mailfleet_notice_attempts_total", "Attempts to send a notice, by outcome", "outcome"),
    serverFailures: counter(
      "mailfleet_notice_failures_total",
      "Failures of the mail server for notices, by code",
      "code",
    ),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
