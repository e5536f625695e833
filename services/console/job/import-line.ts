import { Credentials, type ImportLine, mailbox, type PlacedLine, ProblemError } from "@mailfleet/contracts";
import type { z } from "zod";
import type { Call } from "../http/route.ts";
import { sealMailboxCredentials } from "../secret/seal-secrets.ts";
import { columnAt, fieldsOf, type Row } from "./read-row.ts";

type Problem = NonNullable<ImportLine["problem"]>;
type Fields = Readonly<Record<string, unknown>>;

/** A refusal of a line by column and rule. */
export function lineProblem(
  number: number,
  errors: readonly { readonly column: string; readonly reason: string }[],
): Problem {
  const why = errors.map(({ column, reason }) => `${column} ${reason}`).join("; ");
  return {
    code: "INVALID",
    detail: `Line ${number}: ${why}.`,
    remedy: "Correct the line and import it again.",
    errors: errors.map(({ column, reason }) => ({ pointer: `/${column}`, reason })),
  };
}

const reasonsOf = ({ issues }: z.ZodError) =>
  issues.map(({ path, message }) => ({ column: columnAt(path), reason: message }));

/** The line as it is kept: checked, with a sealed password, or with what is wrong with it. */
export async function importLine(call: Call, row: Row, placed: PlacedLine): Promise<ImportLine> {
  const { line, mailboxId, problem } = placed;
  const kept = { line, mailboxId, ...(row.address === undefined ? {} : { address: row.address }) };
  if (problem) return { ...kept, problem: { ...problem, detail: `Line ${line}: ${problem.detail}` } };
  const { there, profileId, to } = placed;
  const fields = { ...fieldsOf(row), ...(profileId === undefined ? {} : { profileId }) };
  const read = there ? changeOf(fields, there) : mailbox.New.safeParse(fields);
  const secret = credentialsOf(row);
  const errors = [
    ...(read.error ? reasonsOf(read.error) : []),
    ...(secret?.error ? reasonsOf(secret.error) : []),
    ...(there && row.kind !== undefined && row.kind !== there.kind
      ? [{ column: "kind", reason: `is ${there.kind} and cannot be changed` }]
      : []),
  ];
  if (errors.length > 0) return { ...kept, problem: lineProblem(line, errors) };
  const credentials = secret?.data && to && (await sealMailboxCredentials(call, mailboxId, secret.data, to));
  return {
    ...kept,
    ...(there ? { change: read.data } : { new: read.data }),
    ...(credentials && { credentials }),
  } as ImportLine;
}

/** Cells that are empty change nothing, also of an owner, who is replaced whole. */
function changeOf({ address: _, kind: __, ...fields }: Fields, there: NonNullable<PlacedLine["there"]>) {
  const { owner } = fields as { owner?: { email?: string } };
  const sameOwner = owner?.email === undefined || owner.email === there.owner?.email;
  return mailbox.Change.safeParse({
    ...fields,
    ...(owner && { owner: { ...(sameOwner ? there.owner : {}), ...owner } }),
  });
}

/** The user name is the address where the line names none. `undefined`: it holds no credentials. */
function credentialsOf({ address, username, password }: Row) {
  if (username === undefined && password === undefined) return undefined;
  return Credentials.safeParse({ username: username ?? address, password: password ?? "" });
}

/** What a refusal says, where it is one. */
export function problemIn(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  throw error;
}
