/** Names of the headers on every message we publish. */
export const headerNames = {
  id: "Nats-Msg-Id",
  type: "Mf-Type",
  mailbox: "Mf-Mailbox",
  sequence: "Mf-Seq",
  generation: "Mf-Generation",
  at: "Mf-At",
  correlation: "Mf-Correlation",
  causation: "Mf-Causation",
  traceparent: "traceparent",
  /** Of a request whose JSON is followed by bytes as they are: how long the JSON is. */
  json: "Mf-Json",
} as const;

/** What goes along with a message's body. */
export interface EnvelopeContext {
  /** One id for everything that follows from one command or one timer. */
  readonly correlation?: string;
  /** Id of the message or command that led to this one. */
  readonly causation?: string;
  /** W3C trace context, carried as it came. */
  readonly traceparent?: string;
}

/** A message ready to be published; also the form in which it waits in an outbox. */
export interface OutgoingMessage<Body = unknown> extends EnvelopeContext {
  /** Deterministic: the same message again has the same id. */
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  readonly mailboxId?: string;
  readonly sequence?: number;
  readonly generation?: number;
  /** When it happened, milliseconds since the epoch. */
  readonly at: number;
  readonly body: Body;
}
