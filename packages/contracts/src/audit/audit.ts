import { z } from "zod";
import { AuditId, Instant } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";

const Outcome = z.enum(["accepted", "refused"]);

const Change = z.object({
  field: z.string().describe("its path, as `directions.inbound.state`"),
  before: z.string().optional().describe("absent: there was none"),
  after: z.string().optional().describe("absent: there is none any more"),
});
const By = z.object({
  kind: z
    .enum(["token", "session", "service"])
    .describe("session: a person who signed in; service: a job or another task of Mailfleet's own"),
  id: z.string().optional().describe("of the token or session"),
  name: z.string(),
  from: z.string().optional().describe("the address from which it came"),
});
const Subject = z.object({
  type: z.string(),
  id: z.string().optional(),
  label: z.string().optional().describe("its address or name at that time"),
});
const subjectText = ({ type, id, label }: z.output<typeof Subject>) => label ?? id ?? type;

/** One command: who gave it, to what, and what was other afterwards. Nothing changes an entry; time removes it. */
export const audit = noun("audit", {
  owner: "alerting",
  id: AuditId,
  framed: false,
  text: "what was done, by whom, and what it changed",
  path: "/audit",
  role: "administrator",
  fields: {
    at: field(Instant, "when", { column: "AT" }),
    by: field(By, "who gave the command", { column: "BY", cell: ({ name }: z.output<typeof By>) => name }),
    operation: field(z.string(), "what was asked, as `mailbox.approve`", { column: "OPERATION", label: true }),
    object: field(Subject, "of what", { column: "OBJECT", cell: subjectText }),
    outcome: field(Outcome, "whether it was done", { column: "OUTCOME" }),
    code: field(z.string().optional(), "why it was refused: the code of the problem", { column: "CODE" }),
    detail: field(z.string().optional(), "why it was refused, in words"),
    version: field(z.number().int().optional(), "of the object afterwards"),
    changes: field(z.array(Change), "what people see of the object and is other than before; secrets as `[secret]`"),
    correlation: field(z.string().optional(), "the same in all logs"),
    mailboxId: field(z.string().optional(), "the mailbox that it concerns"),
  },
  filter: {
    by: z.string().max(200).optional().describe("name or id of who gave the command"),
    operation: z.string().max(80).optional().describe("such as mailbox.approve"),
    objectId: z.string().max(200).optional().describe("id of what was changed"),
    mailboxId: z.string().max(50).optional().describe("id of a mailbox that it concerns"),
    outcome: Outcome.optional(),
    since: Instant.optional().describe("not before"),
    until: Instant.optional().describe("before"),
  },
  sorts: ["at"],
  flags: { objectId: "object <id>", mailboxId: "mailbox <mailbox>" },
  standard: ["get", "list"],
  texts: { list: "List what was done, the latest first; `-o jsonl` exports it", get: "Read one entry" },
});
export const AuditEntry = audit.View;
export type AuditEntry = z.output<typeof AuditEntry>;
