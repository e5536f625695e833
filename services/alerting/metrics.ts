import { metricsOf, type Registry } from "@mailfleet/kit";
import type { NoticeStore } from "./notice/store.ts";

/** Registers the metrics of this service. */
export function createMetrics(registry: Registry, notices: Pick<NoticeStore, "countPending">) {
  const { asked, counter, gauge } = metricsOf(registry);
  asked("mailfleet_notice_pending", "Notices that wait, over all replicas", () => notices.countPending());
  return {
    /** Of work queues, which refuse new messages when they are full. */
    streamUsed: gauge("mailfleet_stream_used_ratio", "How full a work queue is, 0 to 1", "stream"),
    /** Of streams that drop their oldest messages. */
    streamReach: gauge(
      "mailfleet_stream_reach_seconds",
      "How far back a stream reaches once it is full, at its present pace",
      "stream",
    ),
    streamKept: gauge("mailfleet_stream_kept_seconds", "How far back a stream is to reach", "stream"),
    waiting: gauge("mailfleet_consumer_waiting", "Messages that wait at a consumer", "stream", "consumer"),
    handled: gauge(
      "mailfleet_consumer_handled",
      "Messages that are being handled or not acknowledged yet",
      "stream",
      "consumer",
    ),
    deadLetters: gauge("mailfleet_dead_letter_waiting", "Dead letters that nobody has decided about, up to 1,000"),
    alerts: counter("mailfleet_alert_raised_total", "Alerts that opened, by code; repetitions are not counted", "code"),
    /** By outcome: delivered, pending (to be tried again), failed (given up). */
    deliveries: counter("mailfleet_webhook_attempts_total", "Attempts to deliver a fact, by outcome", "outcome"),
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
