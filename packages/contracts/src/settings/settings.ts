import { z } from "zod";
import { OrganisationId, ProfileId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { whole } from "../noun/whole.ts";
import { DeliveryMethod } from "../vocabulary.ts";
import { RetryPolicy, RetryPolicyChange } from "./retry-policy.ts";

/** Ports that connections may go to: a named preset, a list, or `null` for all. */
export const AllowedOutboundPorts = z
  .union([z.enum(["us-government"]), z.array(whole(1, 65_535)).min(1).max(100)], {
    error: "must be us-government or a list of ports from 1 to 65535",
  })
  .nullable();
export type AllowedOutboundPorts = z.infer<typeof AllowedOutboundPorts>;

/** Private networks (RFC 1918, RFC 6598, RFC 4193): a company's own mail servers are usually there. */
export const privateNetworks: readonly string[] = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
];

/** One address, or a network: `10.0.0.0/8`. What it means is judged where connections are made. */
const NetworkText = z
  .string()
  .regex(/^[0-9a-f.:]{2,45}(\/\d{1,3})?$/i, "must be an address or a network such as 10.0.0.0/8");

/** The settings of the organisation. */
export const settings = noun("settings", {
  owner: "config",
  id: z.string(),
  single: true,
  text: "settings of the organisation",
  path: "/settings",
  fields: {
    approvalRequiredForUsers: field(
      z.boolean().default(true),
      "whether a person's mailbox must be approved before it works",
      { flag: "approval-for-users" },
    ),
    approvalRequiredForQueues: field(
      z.boolean().default(true),
      "whether a queue or forwarder must be approved before it works",
      { flag: "approval-for-queues" },
    ),
    selfApproval: field(
      z.boolean().default(false),
      "whether the owner of a person's mailbox may approve it with a code that is sent to its address",
      { flag: "self-approval" },
    ),
    defaultProfileId: field(ProfileId.nullable().default(null), "profile for mailboxes that name none", {
      flag: "default-profile <profile>",
    }),
    inboundDeliveryMethod: field(
      DeliveryMethod.default("server-side"),
      "how mail is received for new mailboxes that name no methods",
      { flag: "inbound" },
    ),
    outboundDeliveryMethod: field(
      DeliveryMethod.default("server-side"),
      "how mail is sent for new mailboxes that name no methods; a mailbox that others forward to sends nothing",
      { flag: "outbound" },
    ),
    actDeliveryMethod: field(
      DeliveryMethod.default("none"),
      "default for appointments, contacts and tasks of new user mailboxes with an Exchange profile",
      { flag: "act" },
    ),
    organisationName: field(
      z.string().trim().min(1).max(100).optional(),
      "the name that other installations show when they find this one's mark in a mailbox",
    ),
    retryPolicy: field(RetryPolicy, "when to try again; what you do not name stays", { change: RetryPolicyChange }),
    maximumMessageKilobytes: field(
      whole(1, 26_624).default(26_624),
      "the largest message that may be sent, with its attachments, in kilobytes of 1024 bytes; a larger one is refused",
      { flag: "maximum-message <kilobytes>" },
    ),
    maximumAttachmentKilobytes: field(
      whole(1, 26_624).default(26_624),
      "the largest single attachment that may be sent, before it is encoded, in kilobytes of 1024 bytes; a message with a larger one is refused; signed and encrypted messages are not opened for it, and what is received has no such limit",
      { flag: "maximum-attachment <kilobytes>" },
    ),
    messageRetentionDays: field(whole(1, 3650).default(30), "days that received and sent messages are kept", {
      flag: "retention-days <n>",
    }),
    allowedOutboundPorts: field(
      AllowedOutboundPorts.default(null),
      "ports that connections may go to: a preset, a list, or null for all",
      { flag: null, cell: (ports: AllowedOutboundPorts) => (ports === null ? "all" : [ports].flat().join(", ")) },
    ),
    allowedNetworks: field(
      z
        .array(NetworkText)
        .max(100)
        .default([...privateNetworks]),
      "networks besides the public Internet that mail servers may be in; link-local and metadata addresses are never allowed",
      { flag: null, cell: (networks: readonly string[]) => networks.join(", ") || "none" },
    ),
  },
  shown: {
    organisationId: field(
      OrganisationId.nullable(),
      "the id in the marks that this installation writes into mailboxes; null until it writes the first one",
    ),
  },
  dryRuns: true,
  standard: ["get", "update"],
  operations: {
    defaults: operation({ text: "Read the settings that a new organisation begins with", kind: "read" }),
    "check-ports": operation({
      text: "Say which profiles could not connect any more if only these ports were allowed; changes nothing",
      input: { allowedOutboundPorts: AllowedOutboundPorts },
      answer: z.object({
        items: z.array(
          z.object({
            profileId: ProfileId,
            name: z.string(),
            mailboxes: z.number().int().describe("how many mailboxes use it"),
            ports: z.array(z.number().int()).describe("which of its ports would not be allowed"),
          }),
        ),
      }),
      impact: "none",
      tried: false,
    }),
  },
});
export type Settings = z.output<typeof settings.View>;
