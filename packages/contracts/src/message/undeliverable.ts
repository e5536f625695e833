import { z } from "zod";

/** What a mail server reports that it could not deliver. Anybody can write such a report. */
export const Undeliverable = z.object({
  recipients: z
    .array(
      z.object({
        address: z.string().describe("whom the server could not reach"),
        original: z.string().optional().describe("whom the message was sent to, if it was forwarded from there"),
        status: z.string().nullable().describe("such as 5.1.1 (RFC 3463); null: the report does not say it"),
        diagnostic: z.string().optional().describe("why, in the words of the server that refused it; absent: not said"),
      }),
    )
    .describe("whom the message did not reach, at most 50"),
  messageId: z.string().nullable().describe("Message-ID of the message that was not delivered"),
  sendId: z.string().optional().describe("the send that it was, if the report has it in the original's header"),
});
type Undeliverable = z.output<typeof Undeliverable>;

/** `anna@example.org 5.1.1, bob@example.org` */
export const undeliverableText = (reported: Undeliverable | undefined): string =>
  reported === undefined ? "" : whom(reported);

/** `anna@example.org (forwarded to anna@example.net)` */
export const forwardedText = (address: string, original: string | undefined): string =>
  original === undefined ? address : `${original} (forwarded to ${address})`;

const whom = ({ recipients }: Undeliverable) =>
  recipients
    .map(({ address, original = address, status }) => (status === null ? original : `${original} ${status}`))
    .join(", ") || "somebody";
