import type { Documents, ServicePorts } from "@mailfleet/kit";
import type { AlertBody } from "./alert/document.ts";
import type { ClearMarkStore } from "./alert/store.ts";
import type { AlertWall } from "./alert/wall.ts";
import type { DeadLetterBody } from "./dead-letter/body.ts";
import type { TraceStore } from "./erase/traces.ts";
import type { IncidentBody } from "./incident/document.ts";
import type { MemberStore } from "./incident/store.ts";
import type { Metrics } from "./metrics.ts";
import type { OpenChannel } from "./notice/channel.ts";
import type { NoticePace } from "./notice/decide.ts";
import type { MailServerStore, NoticeStore } from "./notice/store.ts";
import type { NotificationBody } from "./notification/body.ts";

/** What alerting works with; `main.ts` builds it, tests build it from real engines. Times are milliseconds. */
export interface AlertingPorts extends ServicePorts, NoticePace {
  readonly documents: {
    readonly alert: Documents<AlertBody>;
    readonly incident: Documents<IncidentBody>;
    readonly "notification-settings": Documents<NotificationBody>;
    readonly "dead-letter": Documents<DeadLetterBody>;
  };
  readonly wall: AlertWall;
  readonly marks: ClearMarkStore;
  readonly members: MemberStore;
  readonly traces: TraceStore;
  readonly notices: NoticeStore;
  readonly mailServer: MailServerStore;
  readonly openChannel: OpenChannel;
  readonly metrics: Metrics;
  /** First wait after a transient failure of the notification mail server. */
  readonly retryMs: number;
}
