import { Readable } from "node:stream";
import { ComposedContent, EmailAddress, invalid, RawContent, Send } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { mailboxIdOf, mailboxParams } from "../http/parameters.ts";
import { type Call, type Route, route } from "../http/route.ts";
import { contentFor, rawContentFor } from "./upload.ts";

/** Largest body of a send: a message of 25 MB as base64, and its frame. */
const sendLimitBytes = 36 * 1024 * 1024;

const recipients = z
  .union([z.string(), z.array(z.string())])
  .transform((to) => [to].flat().flatMap((part) => part.split(",").map((address) => address.trim())))
  .pipe(z.array(EmailAddress).min(1).max(500));

const Content = z.union([ComposedContent, RawContent]);

/** Readable bodies are checked while they are read. */
const contentSchemaOf = (body: unknown): z.ZodType => {
  if (body instanceof Readable) return z.unknown();
  return typeof body === "object" && body !== null && "rawBase64" in body ? RawContent : ComposedContent;
};

async function submittedContent(call: Call<unknown, { to?: string | string[] | undefined }, unknown>) {
  if (call.body instanceof Readable) {
    const to = recipients.safeParse(call.query.to ?? []);
    if (!to.success)
      throw invalid(new z.ZodError(to.error.issues.map((issue) => ({ ...issue, path: ["to", ...issue.path] }))));
    return rawContentFor(call, to.data, call.body as AsyncIterable<Buffer>, sendLimitBytes);
  }
  return contentFor(call, call.body as z.infer<typeof Content>);
}

/** Outgoing messages; `outbound-send` owns them. */
export const sendRoutes: readonly Route[] = [
  route("POST", "/mailboxes/:mailbox/sends", {
    operation: "send.submit",
    summary: "Send a message; with `Idempotency-Key` a repetition gives the first answer",
    params: mailboxParams,
    query: z.strictObject({
      to: z
        .union([z.string(), z.array(z.string())])
        .optional()
        .describe("recipients of a body of type message/rfc822; several, or separated by commas"),
    }),
    body: Content,
    bodyFor: contentSchemaOf,
    bodyLimit: sendLimitBytes,
    takes: { type: "message/rfc822", what: "A message", alsoJson: true },
    answer: Send,
    status: 202,
    impact: "sends",
    problems: ["AUTOMATIC_LOOP"],
    location: (send) => `/sends/${send.id}`,
    handle: async (call) => {
      const mailboxId = await mailboxIdOf(call, call.params.mailbox);
      const { content, attachment } = await submittedContent(call);
      return call.ask(
        "outbound-send.send.submit",
        {
          mailboxId,
          sendId: idFrom("sn", `${mailboxId}/${call.commandId}`),
          by: call.caller.name,
          correlation: call.correlation,
          idempotencyKey: call.commandId,
          content,
        },
        // What was uploaded in pieces is read back and composed; anything else is accepted at once or not at all, and
        // the client repeats it with its key.
        { timeoutMs: attachment || "subject" in content ? 5000 : 30_000, attachment },
      );
    },
  }),
];
