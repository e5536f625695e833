import { z } from "zod";
import { Instant, MailboxId, TokenId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { OperationName, Part, Role } from "../roles.ts";

/**
 * A bearer token of the HTTP API; the console keeps it. An `owner` has own mailboxes, may choose their profile and
 * methods, sign in, and test and enable them; nothing else.
 */
export const token = noun("token", {
  owner: "console",
  id: TokenId,
  framed: false,
  text: "bearer tokens of the API",
  path: "/tokens",
  role: "administrator",
  fields: {
    name: field(z.string().trim().min(1).max(100), "so that people know later what it is for", {
      column: "NAME",
      label: true,
    }),
    role: field(Role, "what it may do", { column: "ROLE" }),
    mailboxIds: field(
      z.array(MailboxId).min(1).max(100).optional(),
      "the mailboxes of an owner; only for that role, and needed there",
      { column: "MAILBOXES" },
    ),
    profileIds: field(
      Part.shape.profileIds,
      "only mailboxes of these profiles exist for it; not for administrators and owners",
      { column: "PROFILES" },
    ),
    domains: field(
      Part.shape.domains,
      "only mailboxes of these domains exist for it; not for administrators and owners",
      {
        column: "DOMAINS",
      },
    ),
    only: field(
      z.array(OperationName).min(1).max(100).optional(),
      "of what its role may do, only these operations, such as `incident.acknowledge` or `incident.*`",
      { column: "ONLY" },
    ),
    expiresAt: field(Instant.optional(), "Mailfleet refuses it from then on", { column: "EXPIRES" }),
  },
  shown: {
    createdAt: field(Instant, "when it was made", { column: "CREATED" }),
    lastUsedAt: field(Instant.nullable(), "when it was used last, within a minute", { column: "LAST USED" }),
    token: z.string().optional().describe("the bearer token, only in the answer that makes it; keep it safe"),
  },
  sorts: ["name", "createdAt"],
  problems: { delete: ["IN_USE"] },
  standard: ["create", "list", "delete"],
  texts: {
    create: "Make a token; its secret is in this answer and never shown again",
    list: "List tokens, without their secrets",
    delete: "Delete a token; Mailfleet refuses it from then on",
  },
});
export type Token = z.output<typeof token.View>;
export type NewToken = z.output<typeof token.New>;
