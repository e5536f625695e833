import { type Leaf, leavesOf, ruleOf } from "../noun/leaves.ts";
import { kebab } from "../noun/words.ts";
import { mailbox } from "./mailbox.ts";

/** A column of a CSV of mailboxes. */
export interface MailboxColumn extends Pick<Leaf, "path" | "schema" | "text" | "set"> {
  /** As the option of `mailfleet mailbox create` for it. */
  readonly name: string;
}

function columnOf(path: readonly string[]): string {
  const [first = "", ...rest] = path;
  const { flag, flags } = mailbox.fields[first as keyof typeof mailbox.fields] as {
    readonly flag?: string;
    readonly flags?: Readonly<Record<string, string>>;
  };
  const option = rest.length > 0 ? flags?.[rest.join("/")] : flag;
  return option?.split(" ")[0] ?? kebab(path.at(-1) ?? "");
}

/** What a CSV of mailboxes may hold besides credentials: every field that can be written, in the order of the declaration. */
export const mailboxColumns: readonly MailboxColumn[] = leavesOf(mailbox).map(({ path, schema, text, set }) => ({
  name: columnOf(path),
  path,
  schema,
  text,
  set,
}));

/** Columns by which a password comes along. It is sealed as soon as its line is read. */
export const credentialColumns = ["username", "password"] as const;

/** Other headings for a column. */
const aliases: Readonly<Record<string, string>> = {
  email: "address",
  "e-mail": "address",
  "email-address": "address",
  user: "username",
  "user-name": "username",
};

/** The column that a heading names, in any case, with spaces or underscores. It may be none of ours. */
export function columnNamed(heading: string): string {
  const name = heading
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, "-");
  return aliases[name] ?? name;
}

/** The value that a cell stands for. What is no such value stays as it is, for the rule of the field to refuse. */
export function valueOfCell({ schema }: Pick<MailboxColumn, "schema">, cell: string): unknown {
  const { type, isInstant } = ruleOf(schema);
  if (isInstant) {
    const at = Date.parse(cell);
    return Number.isNaN(at) ? cell : at;
  }
  if (type === "boolean") return { yes: true, true: true, no: false, false: false }[cell.toLowerCase()] ?? cell;
  return cell;
}

/** A value as a cell: what `valueOfCell` reads back. */
export function cellOfValue({ schema }: Pick<MailboxColumn, "schema">, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return ruleOf(schema).isInstant && typeof value === "number" ? new Date(value).toISOString() : String(value);
}

/** The part of an object that a column shows. */
export const partAt = (row: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inside, name) => (inside as Readonly<Record<string, unknown>> | undefined)?.[name], row);
