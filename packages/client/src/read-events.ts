/** A fact as the console shows it. */
export interface ApiEvent {
  /** Place in the stream; pass it as `lastEventId` to continue after it. */
  readonly id: string;
  /** Message type, e.g. `mailbox.transitioned.v1`. */
  readonly type: string;
  /** ISO 8601. */
  readonly at: string;
  readonly sequence: number;
  readonly mailboxId?: string;
  readonly correlation?: string;
  readonly body: Record<string, unknown>;
}

/** One server-sent event. */
export interface RawEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads `text/event-stream` (WHATWG HTML §9.2): events are separated by an empty line, comments begin with a colon. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<RawEvent, void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = block.split(/\r?\n/).map((line) => /^(\w+):? ?(.*)$/.exec(line));
      const field = (name: string) => fields.flatMap((match) => (match?.[1] === name ? [match[2] ?? ""] : []));
      const data = field("data").join("\n");
      if (data !== "") yield { id: field("id").at(-1) ?? "", event: field("event").at(-1) ?? "message", data };
    }
  }
}
