import { problemDetails } from "./problem-answer.ts";

const server = { host: "mail.example.org", security: "tls", credentials: "mailbox" } as const;
const at = "2027-01-31T08:00:00.000Z";

/**
 * What fields are filled with in the examples of the OpenAPI document, by their name: the first value that the schema of the
 * field allows. A field with an empty list is shown, too, made from its schema.
 */
export const exampleValues: Readonly<Record<string, readonly unknown[]>> = {
  address: ["sales@example.org"],
  allowedOutboundPorts: [[465, 587]],
  approvalRequiredForUsers: [true],
  attempts: [[], 0],
  by: ["first administrator"],
  code: ["AUTHENTICATION_REJECTED", "ABCDE-23456"],
  credentials: [],
  deliveryMethods: [{ inbound: "server-side", outbound: "server-side", act: "none" }],
  detail: ["mail.example.org does not take the password."],
  directions: [["inbound", "outbound"]],
  email: ["jane.doe@example.org"],
  escalateTo: [["it@example.org"]],
  from: ["sales@example.org", "22:00"],
  host: ["mail.example.org"],
  hosts: [["mail.example.org"]],
  id: ["mb_4k7d2m9q"],
  inbound: [{ protocol: "imap", port: 993, ...server }],
  kind: ["queue"],
  lifecycle: ["enabled.running"],
  mailboxIds: [["mb_4k7d2m9q", "mb_9x3h5t1w"]],
  messageId: ["<1@example.org>"],
  name: ["Sales"],
  operation: ["mailbox.approve"],
  outbound: [{ protocol: "smtp", port: 465, ...server }],
  owner: ["jane.doe@example.org"],
  ownership: [1],
  password: ["as the mailbox's user types it"],
  port: [993],
  profileId: [],
  reason: ["Not one of our mailboxes"],
  remedy: ["Enter the password again."],
  role: ["owner"],
  scopes: [["https://mail.google.com/"]],
  secret: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  security: ["tls"],
  setAt: [at],
  size: [4200],
  state: ["enabled.running", "approved"],
  subject: ["Your order"],
  text: ["Thank you for your order."],
  timeZone: ["Europe/Berlin"],
  to: [["customer@example.net"], "06:00"],
  unavailable: [[]],
  url: ["https://example.org/mailfleet"],
  username: ["sales"],
  v: [7],
  verb: ["test"],
  verdict: ["Success"],
};

/** The same for fields without a value of their own, by what they may hold. */
export const usualValues: readonly unknown[] = [
  "text",
  at,
  "https://example.org/",
  "example.org",
  "jane.doe@example.org",
  "mailbox.test",
  "jane.doe@example.org de",
  "<1@example.org>",
  "0123456789abcdef0123456789abcdef",
];

/** What is sent instead of JSON, by its media type. */
export const otherExamples: Readonly<Record<string, string>> = {
  "message/rfc822": "From: sales@example.org\r\nTo: customer@example.net\r\nSubject: Your order\r\n\r\nThank you.\r\n",
  "text/csv": "address,kind,profile\nsales@example.org,queue,Sales\n",
};

/** A refusal. */
export const refusalExample = problemDetails(
  { code: "STALE_VERSION", detail: "mb_4k7d2m9q has version 8, not 7." },
  "5f0f5a3e-2f0e-4c4f-9d57-6a1f3c1f8a11",
);
