import type { StepListener, Submitted, TestReport } from "@mailfleet/connector-api";
import type { ComposedMessage } from "@mailfleet/mime";
import type { NotificationBody } from "../notification/body.ts";
import { missingParts } from "../notification/problems.ts";

/** The settings, complete enough to send. */
export type UsableSettings = NotificationBody & { from: string };

/** A connection to the mail server for notices, for one sweep or one test. */
export interface NoticeChannel {
  /**
   * Hands one mail over; `rejected` are those whom the server refused while it took the mail for others. Throws
   * `FailureError`: nobody got it; `UncertainError`: nobody knows.
   */
  send(mail: ComposedMessage): Promise<Submitted>;
  /** Tries each step up to the sign-in and reports its result. Never throws for what a server does. */
  signIn(listener: StepListener): Promise<TestReport>;
  close(): Promise<void>;
}

/** Opens the secrets and loads what speaks the protocol. Throws `FailureError`. */
export type OpenChannel = (settings: UsableSettings) => Promise<NoticeChannel>;

/** The settings if mail can leave with them, on or off; else `null`. */
export function usable(settings: NotificationBody): UsableSettings | null {
  if (!settings.from || missingParts(settings, "").length > 0) return null;
  return { ...settings, from: settings.from };
}
