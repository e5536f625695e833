import { Counter, Gauge, type Registry } from "@mailfleet/kit";
import type { NoticeStore } from "./notice/store.ts";

/** What alerting counts. No label names a mailbox. */
export interface Meters {
  alertRaised(code: string): void;
  notice(outcome: "sent" | "failed" | "expired" | "dropped"): void;
  /** The notification mail server failed. */
  serverFailed(code: string): void;
}

/** Registers the metrics. */
export function createMeters(registry: Registry, notices: Pick<NoticeStore, "countPending">): Meters {
  const registers = [registry];
  const raised = new Counter({
    name: "mailfleet_alerts_raised_total",
    help: "Alerts that opened, by code; repetitions are not counted",
    labelNames: ["code"],
    registers,
  });
  const outcomes = new Counter({
    name: "mailfleet_notifications_total",
    help: "Notification mails by what became of the attempt",
    labelNames: ["outcome"],
    registers,
  });
  const failures = new Counter({
    name: "mailfleet_notification_failures_total",
    help: "Failures of the notification mail server, by code",
    labelNames: ["code"],
    registers,
  });
  new Gauge({
    name: "mailfleet_notifications_pending",
    help: "Notification mails that wait, over all replicas",
    registers,
    async collect() {
      // Metrics are served while the database is away, too.
      const pending = await notices.countPending().catch(() => Number.NaN);
      this.set(pending);
    },
  });
  return {
    alertRaised: (code) => raised.inc({ code }),
    notice: (outcome) => outcomes.inc({ outcome }),
    serverFailed: (code) => failures.inc({ code }),
  };
}
