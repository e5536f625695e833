import type { ApiClient } from "@mailfleet/client";
import { ApiError } from "@mailfleet/client";
import type { AnyNoun } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, readText } from "../cli.ts";
import { Failed, outcomeOf, UsageError } from "../exit-codes.ts";
import { completed } from "../noun/completed.ts";
import { idOf } from "../noun/named.ts";
import type { Row } from "../noun/show.ts";
import { printable } from "../table.ts";
import {
  asked,
  changed,
  type Described,
  type Difference,
  described,
  differences,
  kinds,
  labelOf,
  readDocuments,
} from "./documents.ts";

/** What became of one object. */
interface Result {
  readonly kind: string;
  readonly name?: string;
  readonly result: "created" | "changed" | "unchanged" | "refused";
  readonly differences?: readonly Difference[];
  /** Why it was refused, and what to do. */
  readonly why?: string;
}

const shortest = (value: unknown) => printable(typeof value === "string" ? value : JSON.stringify(value));
const titleOf = ({ kind, name }: { kind: string; name?: string | undefined }) =>
  name === undefined ? kind : `${kind} ${name}`;

function words(result: Result, dryRun: boolean): string {
  const would = { created: "would be created", changed: "would change", unchanged: "unchanged", refused: "refused" };
  const head = printable(`${titleOf(result)}: ${dryRun ? would[result.result] : result.result}`);
  const lines = (result.differences ?? []).map(
    ({ field, from, to }) => `  ${field}: ${shortest(from)} → ${shortest(to)}`,
  );
  return [head, ...lines, ...(result.why === undefined ? [] : [`  ${result.why}`])].join("\n");
}

const unknown = (error: unknown) => error instanceof ApiError && error.status === 404;

/** The object that a document describes, as it is now; `undefined` if there is none. */
async function present(
  cli: Cli,
  noun: AnyNoun,
  { name }: Described,
  all: Map<string, readonly Row[]>,
): Promise<Row | undefined> {
  const client = await cli.client();
  if (noun.single) return client.get<Row>(noun.path ?? "");
  const label = labelOf(noun) ?? "";
  if (noun.operations.find)
    return client.get<Row>(`${noun.path}/${encodeURIComponent(name ?? "")}`).catch((error: unknown) => {
      if (unknown(error)) return undefined;
      throw error;
    });
  const rows = all.get(noun.name) ?? (await client.list<Row>(noun.path ?? ""));
  all.set(noun.name, rows);
  return rows.find((row) => row[label] === name);
}

interface Applying {
  readonly cli: Cli;
  readonly client: ApiClient;
  readonly dryRun: boolean;
  /** What is there, by kind, read once. */
  readonly all: Map<string, readonly Row[]>;
  /** Names of profiles that this file makes. */
  readonly made: Set<string>;
}

async function applyOne(document: Described, { cli, client, dryRun, all, made }: Applying): Promise<Result> {
  const { kind, name, version } = document;
  const noun = kinds.find((one) => one.name === kind) as AnyNoun;
  const about = { kind, ...(name === undefined ? {} : { name }) };
  const dry = dryRun ? { query: { dryRun: "true" } } : {};
  const before = await present(cli, noun, document, all);
  let namesNew = false;
  const wanted = await asked(noun, document, (profile) => {
    namesNew ||= dryRun && made.has(profile);
    return namesNew ? Promise.resolve(profile) : idOf(cli, "profile", profile);
  });
  if (!before) {
    const body = { ...wanted, [labelOf(noun) ?? ""]: name };
    // A profile that is not there yet cannot be named to the API: nothing can be tried with it.
    if (!namesNew) await client.post(noun.path ?? "", completed(noun, body, undefined), dry);
    if (kind === "profile" && name !== undefined) made.add(name);
    all.delete(kind);
    return { ...about, result: "created", differences: differences({}, wanted) };
  }
  const { change, differs } = changed(noun, before, completed(noun, wanted, before));
  if (differs.length === 0) return { ...about, result: "unchanged" };
  if (version !== undefined && version !== before.v)
    throw new Failed(
      `It was changed since version ${version}, and has version ${before.v} now. Export it again, or leave out the version to overwrite it.`,
    );
  const path = noun.single ? (noun.path ?? "") : `${noun.path}/${before.id}`;
  const after = namesNew ? before : await client.patch<Row>(path, change, { ...dry, ifVersion: Number(before.v) });
  all.delete(kind);
  const stops = after.lifecycle === "pendingApproval" && before.lifecycle !== "pendingApproval";
  return {
    ...about,
    result: "changed",
    differences: differs,
    ...(stops ? { why: "With another owner it needs approval again, and does not work until then." } : {}),
  };
}

/** Applies everything that a file describes, one after the other; what is refused does not stop the others. */
async function apply(cli: Cli, file: string, dryRun: boolean): Promise<Result[]> {
  const text = file === "-" ? (await cli.terminal.readInput()).toString("utf8") : await readText(file);
  const documents = await readDocuments(text, file === "-" ? "Standard input" : file);
  if (documents.length === 0) throw new UsageError(`${file} describes nothing.`);
  const applying = { cli, client: await cli.client(), dryRun, all: new Map(), made: new Set<string>() };
  const results: Result[] = [];
  for (const document of documents) {
    const result = await applyOne(document, applying).catch((error: unknown): Result => {
      const isRefusal =
        error instanceof Failed || error instanceof UsageError || (error instanceof ApiError && error.status < 500);
      if (!isRefusal || (error instanceof ApiError && error.status === 401)) throw error;
      const { kind, name } = document;
      const why = outcomeOf(error, (pointer) => `fields${pointer.replaceAll("/", ".")}`).lines.join(" ");
      return { kind, ...(name === undefined ? {} : { name }), result: "refused", why };
    });
    results.push(result);
    cli.remark(words(result, dryRun));
  }
  return results;
}

async function exported(cli: Cli, what: readonly string[]): Promise<{ document: Described; secrets: string[] }[]> {
  const client = await cli.client();
  const asked = what.map((one) => {
    const [kind = "", ...name] = one.split("/");
    if (!kinds.some((noun) => noun.name === kind))
      throw new UsageError(
        `${one}: what can be exported is ${kinds.map(({ name }) => name).join(", ")}, or one such as profile/NAME.`,
      );
    return { kind, name: name.length > 0 ? name.join("/") : undefined };
  });
  const profiles = await client.list<Row>("/profiles");
  const names = new Map(profiles.map(({ id, name }) => [String(id), String(name)]));
  const rows = await Promise.all(
    kinds
      .filter(({ name }) => asked.length === 0 || asked.some(({ kind }) => kind === name))
      .map(async (noun) => {
        const found = noun.single
          ? [await client.get<Row>(noun.path ?? "")]
          : noun.name === "profile"
            ? profiles
            : await client.list<Row>(noun.path ?? "");
        return found.map((row) => ({ noun, row, document: described(noun, row, names) }));
      }),
  );
  const all = rows.flat();
  const isMeant = ({ kind, name }: Described) =>
    asked.length === 0 || asked.some((one) => one.kind === kind && (one.name === undefined || one.name === name));
  const missing = asked.find(
    ({ kind, name }) =>
      name !== undefined && !all.some(({ document }) => document.kind === kind && document.name === name),
  );
  if (missing) throw new Failed(`There is no ${missing.kind} ${missing.name}.`);
  return all
    .filter(({ document }) => isMeant(document))
    .map(({ noun, row, document }) => ({
      document,
      secrets: Object.keys(noun.secrets).filter((name) => row[name] !== null && row[name] !== undefined),
    }));
}

/** `mailfleet export`, `apply` and `diff`: profiles, mailboxes and settings as YAML documents. */
export function addDocumentCommands(program: Command, cli: Cli): void {
  program
    .command("export [what...]")
    .description(
      `print ${kinds.map(({ name }) => name).join(", ")}, or one such as profile/NAME, as YAML documents for \`apply\`; without secrets`,
    )
    .action(async (what: string[]) => {
      const found = await exported(cli, what);
      if (!cli.forPeople)
        return cli.show(
          found.map(({ document }) => document),
          () => "",
        );
      const { stringify } = await import("yaml");
      const texts = found.map(({ document, secrets }) => {
        const note = secrets.length > 0 ? `# Not in this file: ${secrets.join(", ")}.\n` : "";
        return `---\n${note}${stringify(document, { lineWidth: 0 }).trimEnd()}`;
      });
      for (const text of texts) cli.terminal.out(text);
    });
  program
    .command("apply")
    .description("make and change what a file describes; what it does not name stays, and so do all secrets")
    .requiredOption("-f, --file <file>", "YAML documents or JSON; - reads standard input")
    .option("--dry-run", "show what would change, change nothing")
    .action(async ({ file, dryRun = false }: { file: string; dryRun?: boolean }) => {
      const results = await apply(cli, file, dryRun);
      if (!cli.forPeople) cli.show(results, () => "");
      if (results.some(({ result }) => result === "refused")) throw new Failed();
    });
  program
    .command("diff")
    .description("show what `apply` would change; ends with 1 if that is something")
    .requiredOption("-f, --file <file>", "YAML documents or JSON; - reads standard input")
    .action(async ({ file }: { file: string }) => {
      const results = await apply(cli, file, true);
      if (!cli.forPeople) cli.show(results, () => "");
      if (results.some(({ result }) => result !== "unchanged")) throw new Failed();
    });
}
