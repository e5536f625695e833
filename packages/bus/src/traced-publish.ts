import { innerSpan, type OutgoingMessage, span, traceparent } from "@mailfleet/contracts";

/** Publishes one message as a span: of the trace that the message waited with, else of the one under way. */
export function publishing<Result>(
  message: OutgoingMessage,
  publish: (traced: OutgoingMessage) => Promise<Result>,
): Promise<Result> {
  const { type, mailboxId: mailbox, correlation } = message;
  const from = message.traceparent === undefined ? {} : { from: message.traceparent };
  return span(`publish ${type}`, { kind: "publishes", mailbox, correlation, ...from }, () => {
    const parent = traceparent();
    return publish(parent === undefined ? message : { ...message, traceparent: parent });
  });
}

/** Publishes many as one span of the trace under way. Each is carried on in the trace that it waited with, if it has one. */
export function publishingAll<Result>(
  messages: readonly OutgoingMessage[],
  publish: (traced: readonly OutgoingMessage[]) => Promise<Result>,
): Promise<Result> {
  return innerSpan("publish", { kind: "publishes", count: messages.length }, () => {
    const parent = traceparent();
    return publish(parent === undefined ? messages : messages.map((one) => ({ traceparent: parent, ...one })));
  });
}
