import type { Sealed, Secret } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import type { Documents, Leases, ServicePorts } from "@mailfleet/kit";
import type { AlertBody } from "./alert/document.ts";
import type { ClearMarkStore } from "./alert/store.ts";
import type { AlertWall } from "./alert/wall.ts";
import type { AuditStore } from "./audit/store.ts";
import type { DeadLetterBody } from "./dead-letter/body.ts";
import type { TraceStore } from "./erase/traces.ts";
import type { IncidentBody } from "./incident/document.ts";
import type { MemberStore } from "./incident/store.ts";
import type { Metrics } from "./metrics.ts";
import type { OpenChannel } from "./notice/channel.ts";
import type { NoticePace } from "./notice/decide.ts";
import type { Destinations } from "./notice/destinations.ts";
import type { MailServerStore, NoticeStore } from "./notice/store.ts";
import type { NotificationBody } from "./notification/body.ts";
import type { SubscriptionBody } from "./subscription/document.ts";
import type { DeliveryStore, Place, PlaceStore } from "./subscription/store.ts";

/** The ports of alerting. `main.ts` builds them; tests build them from real engines. Times are milliseconds. */
export interface AlertingPorts extends ServicePorts, NoticePace {
  readonly documents: {
    readonly alert: Documents<AlertBody>;
    readonly incident: Documents<IncidentBody>;
    readonly subscription: Documents<SubscriptionBody>;
    readonly "notification-settings": Documents<NotificationBody>;
    readonly "dead-letter": Documents<DeadLetterBody>;
  };
  readonly wall: AlertWall;
  readonly marks: ClearMarkStore;
  readonly members: MemberStore;
  readonly traces: TraceStore;
  readonly audit: AuditStore;
  readonly notices: NoticeStore;
  readonly mailServer: MailServerStore;
  readonly openChannel: OpenChannel;
  readonly places: PlaceStore;
  /** One process at a time delivers to a webhook. */
  readonly placeLeases: Leases<Place>;
  readonly deliveries: DeliveryStore;
  /** Connects only where the installation allows it. */
  readonly webhookFetch: GuardedFetch;
  openSecret(sealed: Sealed, aad: string): Promise<Secret>;
  destinations(): Promise<Destinations>;
  /** A webhook that has taken nothing for this long is given up. */
  readonly deadMs: number;
  /** First wait after a webhook did not take a fact; doubled each time. */
  readonly firstWaitMs: number;
  readonly metrics: Metrics;
  /** Where people reach the console, for a link in each notice; absent: no link. */
  readonly consoleUrl?: string | undefined;
  /** First wait after a transient failure of the notification mail server. */
  readonly retryMs: number;
}
