import {
  type AnyNoun,
  type AuditEntry,
  type OutgoingMessage,
  type Problem,
  type ServiceName,
  subjects,
} from "@mailfleet/contracts";
import type { CommandInput } from "../document/command.ts";
import { commandKey } from "../document/command.ts";
import { idFrom } from "../ids/ids.ts";
import { changesBetween } from "./changes.ts";

/** The type of the messages that carry entries of the audit. */
export const auditType = "audit.recorded.v1";

/** A command as the audit sees it. */
export interface Audited {
  /** The service that answered it. */
  readonly service: ServiceName;
  readonly noun: Pick<AnyNoun, "name" | "fields" | "secrets">;
  readonly verb: string;
  readonly input: CommandInput & { readonly id?: string; readonly mailboxId?: string };
  readonly at: number;
  /** What people saw of the object, and see now, where that is known. */
  readonly before?: object | null;
  readonly after?: object | null;
  /** Its version afterwards. */
  readonly version?: number;
  /** It was refused: nothing is other. */
  readonly problem?: Pick<Problem, "code" | "detail">;
}

/** The message for the audit; the same command and outcome have the same id, however often it comes. */
export function auditMessage(audited: Audited): OutgoingMessage<AuditEntry> {
  const { service, noun, verb, input, at, before, after, version, problem } = audited;
  const operation = `${noun.name}.${verb}`;
  const shown = (after ?? before ?? {}) as { id?: unknown };
  const objectId = input.id ?? (typeof shown.id === "string" ? shown.id : input.mailboxId);
  const mailboxId = noun.name === "mailbox" ? objectId : input.mailboxId;
  const id = idFrom("au", `${commandKey(operation, input)}|${objectId ?? ""}|${problem?.code ?? version ?? ""}`);
  const body: AuditEntry = {
    id,
    at,
    by: byOf(input),
    operation,
    object: { type: noun.name, ...(objectId === undefined ? {} : { id: objectId }), ...labelOf(noun, shown) },
    outcome: problem ? "refused" : "accepted",
    ...(problem ? { code: problem.code, detail: problem.detail.slice(0, 1000) } : {}),
    ...(version === undefined ? {} : { version }),
    changes: problem ? [] : [...changesBetween(before ?? null, after ?? null), ...secretsIn(noun, input)],
    ...(input.correlation === undefined ? {} : { correlation: input.correlation }),
    ...(mailboxId === undefined ? {} : { mailboxId }),
  };
  return { id, at, subject: subjects.audit(service), type: auditType, body };
}

function byOf({ caller, by, from }: CommandInput): AuditEntry["by"] {
  const kind = caller?.startsWith("tk_") ? "token" : caller?.startsWith("ss_") ? "session" : "service";
  const id = kind === "service" || caller === undefined ? {} : { id: caller };
  return { kind, ...id, name: by, ...(from === undefined ? {} : { from }) };
}

function labelOf(noun: Audited["noun"], shown: object): { label?: string } {
  const name = Object.keys(noun.fields).find((one) => noun.fields[one]?.label);
  const label = name === undefined ? undefined : (shown as Record<string, unknown>)[name];
  return typeof label === "string" ? { label: label.slice(0, 320) } : {};
}

/** A command brings a secret sealed, as `null` to remove it, or not at all. */
function secretsIn({ secrets }: Audited["noun"], input: object): AuditEntry["changes"] {
  const given = input as Record<string, unknown>;
  return Object.keys(secrets)
    .filter((field) => given[field] !== undefined)
    .map((field) => (given[field] === null ? { field, before: "[secret]" } : { field, after: "[secret]" }));
}
