import { z } from "zod";
import { inboundActivity, outboundActivity } from "./activity/activity.ts";
import { alert } from "./alert/alert.ts";
import { audit } from "./audit/audit.ts";
import { connection } from "./connection/connection.ts";
import { inboundConnectionTest, outboundConnectionTest } from "./connection-test/connection-test.ts";
import { consent } from "./consent/consent.ts";
import { consentExchange } from "./consent/exchange.ts";
import { deadLetter } from "./dead-letter/dead-letter.ts";
import { delivery } from "./delivery/delivery.ts";
import { erasure } from "./erasure/erasure.ts";
import { grant } from "./grant/grant.ts";
import {
  alertingHealth,
  configHealth,
  consoleHealth,
  inboundHealth,
  outboundHealth,
  schedulerHealth,
} from "./health/health.ts";
import { incident } from "./incident/incident.ts";
import { job } from "./job/job.ts";
import { mailbox } from "./mailbox/mailbox.ts";
import { message } from "./message/message.ts";
import { notificationSettings } from "./notification-settings/notification-settings.ts";
import { Problem } from "./problem.ts";
import { profile } from "./profile/profile.ts";
import { send } from "./send/send.ts";
import { settings } from "./settings/settings.ts";
import { subscription } from "./subscription/subscription.ts";
import { inboundThroughput, outboundThroughput } from "./throughput/throughput.ts";
import { timer } from "./timer/timer.ts";
import {
  alertingTraces,
  configTraces,
  consoleTraces,
  inboundTraces,
  outboundTraces,
  schedulerTraces,
} from "./traces/traces.ts";
import { upload } from "./upload/upload.ts";
import type { ServiceName } from "./vocabulary.ts";

/**
 * Requests between services, by `<service>.<noun>.<verb>`; the subject is `<service>.v1.<noun>.<verb>`. Each follows from
 * the declaration of its noun.
 */
export const requests = {
  ...profile.requests,
  ...mailbox.requests,
  ...settings.requests,
  ...connection.requests,
  ...inboundConnectionTest.requests,
  ...outboundConnectionTest.requests,
  ...consent.requests,
  ...consentExchange.requests,
  ...grant.requests,
  ...job.requests,
  ...timer.requests,
  ...message.requests,
  ...inboundActivity.requests,
  ...upload.requests,
  ...send.requests,
  ...outboundActivity.requests,
  ...inboundThroughput.requests,
  ...outboundThroughput.requests,
  ...incident.requests,
  ...alert.requests,
  ...audit.requests,
  ...deadLetter.requests,
  ...subscription.requests,
  ...delivery.requests,
  ...notificationSettings.requests,
  ...configHealth.requests,
  ...schedulerHealth.requests,
  ...inboundHealth.requests,
  ...outboundHealth.requests,
  ...alertingHealth.requests,
  ...consoleHealth.requests,
  ...erasure.requests,
  ...configTraces.requests,
  ...schedulerTraces.requests,
  ...inboundTraces.requests,
  ...outboundTraces.requests,
  ...alertingTraces.requests,
  ...consoleTraces.requests,
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export type RequestName = keyof typeof requests;
/** What the asker may leave out because it has a default is optional here. */
export type RequestInput<Name extends RequestName> = z.input<(typeof requests)[Name]["input"]>;
/** What the handler gets: validated, with defaults. */
export type RequestArguments<Name extends RequestName> = z.output<(typeof requests)[Name]["input"]>;
export type RequestOutput<Name extends RequestName> = z.output<(typeof requests)[Name]["output"]>;

/** What comes back over the bus. */
export const Reply = z.union([
  /** `repeated`: the command was carried out before, and this is the answer of then. */
  z.object({ ok: z.literal(true), result: z.unknown(), repeated: z.literal(true).optional() }),
  z.object({ ok: z.literal(false), problem: Problem }),
]);
export type Reply = z.infer<typeof Reply>;

/** `config.mailbox.test` as service, resource and verb. */
export function requestAddress(name: RequestName): { service: ServiceName; resource: string; verb: string } {
  const [service, resource, verb] = name.split(".") as [ServiceName, string, string];
  return { service, resource, verb };
}
