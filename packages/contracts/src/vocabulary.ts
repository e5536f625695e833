import { z } from "zod";

/**
 * The ways mail (and later appointments, contacts, tasks) moves through a mailbox. Each is tested and enabled alone.
 */
export const directions = ["inbound", "outbound", "act"] as const;
export const Direction = z.enum(directions);
export type Direction = z.infer<typeof Direction>;

/** One value for each direction. */
export function perDirection<Value>(of: (direction: Direction) => Value): Record<Direction, Value> {
  return Object.fromEntries(directions.map((direction) => [direction, of(direction)])) as Record<Direction, Value>;
}

/**
 * What a run is for: `test` proves a direction from end to end and reports its steps, `sync` does daily work (a poll,
 * or sending what is due), `probe` checks lightly whether a failed direction can work again (no message is sent).
 */
export const purposes = ["test", "sync", "probe"] as const;
export const Purpose = z.enum(purposes);
export type Purpose = z.infer<typeof Purpose>;

/**
 * A person's mailbox, a shared one such as support@, or one that others forward to, which only receives. Approval can
 * be required for users and for the other two separately.
 */
export const MailboxKind = z.enum(["user", "queue", "forward"]);
export type MailboxKind = z.infer<typeof MailboxKind>;

/** How a direction is served: not at all, or by Mailfleet. */
export const DeliveryMethod = z.enum(["none", "server-side"]);
export type DeliveryMethod = z.infer<typeof DeliveryMethod>;

/** `tls` is implicit TLS from the first byte; `starttls` is required, never opportunistic (RFC 8314 §3). */
export const Security = z.enum(["none", "starttls", "tls"]);
export type Security = z.infer<typeof Security>;

/** Result of the last test of a direction (Dynamics 365: incomingemailstatus, outgoingemailstatus, actstatus). */
export const Verdict = z.enum(["NotRun", "Success", "Failure"]);
export type Verdict = z.infer<typeof Verdict>;

/** The states of a direction as they are shown. `failed` has two inner states. */
export const directionStates = [
  "off",
  "idle",
  "testing",
  "retesting",
  "enabled.running",
  "enabled.retrying",
  "failed.final",
  "failed.probing",
] as const;
export const DirectionState = z.enum(directionStates);
export type DirectionState = z.infer<typeof DirectionState>;

/** The word for a whole mailbox: derived from approval, intent and directions, never stored by a chart. */
export const lifecycleWords = [
  "pendingApproval",
  "rejected",
  "approved",
  "testing",
  "enabled.running",
  "enabled.retrying",
  "enabled.degraded",
  "disabled.byAdmin",
  "disabled.byOwner",
  "disabled.credentialsMissing",
  "disabled.credentialsExpired",
  "disabled.consentMissing",
  "disabled.consentExpired",
  "disabled.failed",
  "inactive",
  "deleted",
] as const;
export const LifecycleWord = z.enum(lifecycleWords);
export type LifecycleWord = z.infer<typeof LifecycleWord>;

/** States of an outgoing message. `uncertain`: the connection broke after the final dot, so it may have been sent. */
export const sendStates = [
  "accepted",
  "sending",
  "deferred",
  "waiting",
  "uncertain",
  "sent",
  "failed",
  "expired",
] as const;
export const SendState = z.enum(sendStates);
export type SendState = z.infer<typeof SendState>;

/** What to do with an uncertain send: send it again with the same Message-ID, or hold it for a person. */
export const UncertainPolicy = z.enum(["resend", "hold"]);
export type UncertainPolicy = z.infer<typeof UncertainPolicy>;

/** Who files a sent message among the sent mail: the server that takes it, or Mailfleet, where that server files none. */
export const SentCopy = z.enum(["server", "append"]);
export type SentCopy = z.infer<typeof SentCopy>;

/** 8-bit text for a server that does not offer 8BITMIME: encoded, or sent as it is to servers that take it unsaid. */
export const EightBitPolicy = z.enum(["encode", "send"]);
export type EightBitPolicy = z.infer<typeof EightBitPolicy>;

export const severities = ["error", "warning", "information"] as const;
export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

/** The services, which are also the first tokens of request subjects. */
export const serviceNames = ["config", "scheduler", "inbound-sync", "outbound-send", "alerting", "console"] as const;
export const ServiceName = z.enum(serviceNames);
export type ServiceName = z.infer<typeof ServiceName>;

/** Languages of notices. */
export const Language = z.enum(["en", "de", "ja", "it"]);
export type Language = z.infer<typeof Language>;
