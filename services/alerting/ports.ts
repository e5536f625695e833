import type { ServicePorts } from "@mailfleet/kit";
import type { AlertStore } from "./alert/store.ts";
import type { DeadLetterStore } from "./dead-letter/store.ts";
import type { Meters } from "./metrics.ts";
import type { OpenChannel } from "./notice/channel.ts";
import type { NoticeStore } from "./notice/store.ts";
import type { NotificationSettingsStore } from "./notification/store.ts";

/** What alerting works with; `main.ts` builds it, tests build it from real engines. Times are milliseconds. */
export interface AlertingPorts extends ServicePorts {
  readonly alerts: AlertStore;
  readonly notices: NoticeStore;
  readonly deadLetters: DeadLetterStore;
  readonly settings: NotificationSettingsStore;
  readonly openChannel: OpenChannel;
  readonly meters: Meters;
  /** Shortest time between two mails that say that the same alert is raised. */
  readonly quietMs: number;
  /** First wait after a transient failure of the notification mail server. */
  readonly retryMs: number;
  /** After this time a published fact is said once more, in case the bus lost it. */
  readonly confirmMs: number;
}
