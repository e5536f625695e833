import type { GraphMail } from "./graph-mail.ts";
import type { GraphMailbox } from "./graph-mailbox.ts";

/** One request for one mailbox, after its token was checked. */
export interface GraphCall {
  readonly origin: string;
  readonly address: string;
  readonly mailbox: GraphMailbox;
  /** Below the mailbox. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly prefer: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** Takes a message: keeps it for the test, and gives it to those recipients whose mailboxes the double has. */
  readonly deliver: (mail: GraphMail, raw: Buffer) => void;
}

/** The body as a JSON object; `null` if it is none. */
export function jsonBody({ body }: GraphCall): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value !== "object" || value === null) return null;
    // Parameters of actions come as the metadata writes them, `DestinationId`, or as the documentation does.
    const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [lower(name), one]));
  } catch {
    return null;
  }
}

/** Whether ids have to stay the same when a message moves. */
export const wantsImmutable = ({ prefer }: Pick<GraphCall, "prefer">): boolean => /IdType="ImmutableId"/i.test(prefer);
