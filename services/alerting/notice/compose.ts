import { type ComposedMessage, composeMessage } from "@mailfleet/mime";
import type { UsableSettings } from "./channel.ts";
import type { NoticeMail } from "./text.ts";

/** The bytes of a mail to all recipients, in the format of the settings. HTML always comes with a plain text. */
export function composeNotice(
  { from, to, format }: Pick<UsableSettings, "from" | "to" | "format">,
  { messageId, inReplyTo, subject, text, html, headers }: NoticeMail,
  now: number,
): Promise<ComposedMessage> {
  return composeMessage({
    content: { to, subject, text, ...(format === "html" ? { html } : {}) },
    from,
    messageId,
    date: now,
    extraHeaders: { ...headers, ...(inReplyTo ? { "In-Reply-To": inReplyTo, References: inReplyTo } : {}) },
  });
}
