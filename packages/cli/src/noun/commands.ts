import { type AnyNoun, kebab, type Operation, sentenceOf, sortField } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, changeOf, readJson, wholeNumber } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import { related, relatedTo } from "../watch/describe.ts";
import { addWaitCommand } from "../watch/wait.ts";
import { watchList } from "../watch/watch-list.ts";
import { completed, lackingIn, together } from "./completed.ts";
import { addContentCommand } from "./content.ts";
import { addFlags, fieldFlags, inputFlags, valuesOf } from "./flags.ts";
import { argumentOf, filled, placeOfOne } from "./place.ts";
import { namesIn } from "./references.ts";
import { addSecretFlags, secretsOf } from "./secrets.ts";
import { columnOf, columnsBySchema, columnsOf, factsOf, type Names, type OwnFacts, type Row } from "./show.ts";

type Options = Readonly<Record<string, unknown>>;

/** What the command line has about a noun beyond its declaration. */
export interface ParticularCommands {
  /** Name of the group; the noun's if absent. */
  readonly group?: string;
  readonly facts?: OwnFacts;
  /** What an update brought along that its caller may not expect, in a sentence. */
  readonly consequence?: (before: never, row: never) => string | undefined;
  /** What a command answers; all facts if absent. */
  readonly line?: (row: never) => string;
  /** Options of create and update, and the fields that they make beside those that are `named`. `before` is there now. */
  readonly addFlags?: (command: Command) => void;
  readonly fields?: (
    cli: Cli,
    options: never,
    before: Row | undefined,
    named: Readonly<Record<string, unknown>>,
  ) => Promise<Record<string, unknown>>;
  /** Its update takes several objects, too: what of them it says, and how they are changed. */
  readonly many?: {
    addFlags(command: Command): void;
    update(cli: Cli, names: readonly string[], change: Row, options: never): Promise<void>;
  };
  /** How what an operation answers is told, where the usual way does not serve. */
  readonly answers?: Readonly<Record<string, (cli: Cli, answer: never) => void>>;
  /** Verbs that are not made from the declaration. */
  readonly own?: readonly string[];
  /** Adds commands of its own. */
  readonly addCommands?: (group: Command, cli: Cli) => void;
}

/** What `--dry-run` does. */
export const dryRunText = "show what would happen, change nothing";
/** A sentence as help shows it. */
export const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);
const impacts: Partial<Record<Operation["impact"], string>> = { destroys: " (stops or removes something)" };

/** `mailfleet <noun> …`: list, show, create, update, delete, its operations and its secrets. */
export function addNounCommands(program: Command, cli: Cli, noun: AnyNoun, particular: ParticularCommands = {}): void {
  const { name, path = "", operations, secrets, standard } = noun;
  const plural = path.split("/").at(-1) ?? name;
  const group = program.command(particular.group ?? name).description(noun.text);
  if (!particular.group && plural !== name) group.alias(plural);
  const at = placeOfOne(noun);
  const one = argumentOf(noun, at);
  const pathOf = (cli: Cli, which: string | undefined) => filled(cli, noun, at, noun.single ? undefined : which);
  const has = (verb: string) => !particular.own?.includes(verb);
  const command = (syntax: string, text: string) => group.command(syntax).description(lower(text));
  const show = (row: Row, known?: Names) => cli.show(row, (shown) => factsOf(noun, shown, particular.facts, known));
  const done = (row: Row) => {
    const { line } = particular;
    if (line) cli.show(row, (shown) => line(shown as never));
    else show(row);
  };
  // What a command would do: the API decides and answers, and changes nothing.
  const changing = (made: Command) => (noun.dryRuns ? made.option("--dry-run", dryRunText) : made);
  const dry = ({ dryRun }: Options) => (dryRun ? { query: { dryRun: "true" } } : {});
  const several = (one: string) => (particular.many ? one.replace(/<(\w+)>/, "[$1...]") : one);
  const label = Object.keys(operations.find?.input ?? {})[0];

  if (standard.includes("list") && has("list")) {
    const place = noun.places?.list ?? path;
    const under = argumentOf(noun, place);
    const { ids: _, within: __, mailboxId, ...rest } = noun.filter ?? {};
    const filter = under === "" ? { ...(mailboxId ? { mailboxId } : {}), ...rest } : rest;
    const flags = inputFlags(noun, { ...filter, ...(noun.sorts ? { sort: sortField(noun.sorts) } : {}) });
    addFlags(command(`list${under}`, sentenceOf(noun, "list")), flags)
      .option("-w, --watch", "print each row again that changes, until Ctrl-C")
      .option("--limit <n>", "list at most this many", wholeNumber("--limit", 1, 10_000), noun.framed ? undefined : 100)
      .action(async (...given: unknown[]) => {
        const options = given.at(-2) as Options & { limit?: number; watch?: true };
        const which = under === "" ? undefined : String(given[0]);
        const query = (await valuesOf(cli, flags, options)) as Record<string, string>;
        const client = await cli.client();
        const at = await filled(cli, noun, place, which);
        const read = async () => {
          const rows = await client.list<Row>(at, query, options.limit);
          const known = await namesIn(client, noun, rows, (name) => cli.shows(columnOf(noun, name)));
          return { rows, columns: columnsOf(noun, rows, known) };
        };
        if (options.watch) return watchList(cli, noun, read);
        const { rows, columns } = await read();
        cli.list(rows, columns);
      });
  }
  if (standard.includes("get") && has("get"))
    command(`show${one}`, sentenceOf(noun, "get")).action(async (which?: string) => {
      const client = await cli.client();
      const row = await client.get<Row>(await pathOf(cli, which));
      show(row, await namesIn(client, noun, [row], () => cli.forPeople));
    });

  if (standard.includes("get") && has("get") && related[name]) {
    command(`describe${one}`, "All about it: what `show` says, open alerts, and what belongs to it").action(
      async (which?: string) => {
        const client = await cli.client();
        const row = await client.get<Row>(await pathOf(cli, which));
        const [known, others] = await Promise.all([
          namesIn(client, noun, [row], () => cli.forPeople),
          relatedTo(client, noun, row),
        ]);
        const parts = Object.fromEntries(others.map(({ name, rows }) => [name, rows]));
        cli.describe({ [name]: row, ...parts }, () => factsOf(noun, row, particular.facts, known), others);
      },
    );
  }
  if (standard.includes("get") && !noun.single && has("get"))
    addWaitCommand(command(`wait${one}`, "Wait until something is so of it"), cli, noun, (which) => pathOf(cli, which));

  // What is replaced whole is completed from the present value; of several objects the version is needed, too.
  const reads = !noun.single || Object.values(noun.fields).some(({ whole }) => whole);

  for (const verb of ["create", "update"] as const) {
    if (!standard.includes(verb) || !has(verb)) continue;
    const isNew = verb === "create";
    const byLabel = isNew && label !== undefined;
    const flags = fieldFlags(noun, verb).filter(({ path: at }) => !byLabel || at[0] !== label);
    const made = command(
      isNew ? `create${byLabel ? ` <${label}>` : ""}` : `${noun.single ? "set" : `update${several(one)}`}`,
      sentenceOf(noun, verb),
    );
    const present = Object.fromEntries(Object.entries(secrets).filter(([, { replaces }]) => replaces === undefined));
    addSecretFlags(addFlags(made, flags), present);
    particular.addFlags?.(made);
    if (!isNew) particular.many?.addFlags(made);
    changing(made).option("--file <json>", "the fields as JSON; - reads standard input");
    made.action(async (...given: unknown[]) => {
      const which = byLabel || (!isNew && !noun.single) ? String(given[0]) : undefined;
      const options = given.at(-2) as Options & { file?: string };
      const client = await cli.client();
      const named = await valuesOf(cli, flags, options);
      if (!isNew && particular.many && Array.isArray(given[0]) && given[0].length !== 1) {
        const lacking = lackingIn(noun, named).map((pointer) => cli.flagFor(pointer) ?? pointer);
        if (lacking.length > 0) throw new UsageError(`For several at once, name ${lacking.join(" and ")}, too.`);
        const change = { ...(options.file === undefined ? {} : await readJson(cli, options.file)), ...named };
        if (Object.keys(await secretsOf(cli, present, options)).length > 0)
          throw new UsageError("Passwords are for one at a time.");
        return particular.many.update(cli, given[0], changeOf(change), options as never);
      }
      if (byLabel) cli.nameFlag(`/${label}`, `<${label}>`);
      const before = isNew || !reads ? undefined : await client.get<Row>(await pathOf(cli, which));
      const more = (await particular.fields?.(cli, options as never, before, named)) ?? {};
      const body = {
        ...(options.file === undefined ? {} : await readJson(cli, options.file)),
        ...(byLabel ? { [label]: which } : {}),
        ...completed(noun, together(more, named), before),
        ...(await secretsOf(cli, present, options)),
      };
      if (isNew) return done(await client.post<Row>(path, body, dry(options)));
      const at = noun.single ? path : `${path}/${before?.id}`;
      const version = typeof before?.v === "number" ? { ifVersion: before.v } : {};
      const row = await client.patch<Row>(at, changeOf(body), { ...version, ...dry(options) });
      done(row);
      const consequence = before && particular.consequence?.(before as never, row as never);
      if (consequence) cli.remark(consequence);
    });
  }
  if (standard.includes("delete") && has("delete"))
    changing(command(`delete${one}`, sentenceOf(noun, "delete")))
      .option("--yes", "do not ask")
      .action(async (...given: unknown[]) => {
        const [which, options] = [String(given[0]), given.at(-2) as Options];
        if (!options.dryRun) await cli.confirm(`This deletes the ${noun.name} ${which}.`, options.yes === true);
        await (await cli.client()).delete(await pathOf(cli, which), dry(options));
        if (options.dryRun) cli.show({}, () => `${which} can be deleted.`);
        else cli.show({ deleted: which }, () => `Deleted ${which}.`);
      });

  for (const [verb, declared] of Object.entries(operations)) {
    const { kind, text, input, answer, collection, role, impact } = declared;
    if (role === null || !has(verb)) continue;
    const place = declared.at ?? `${collection ? path : at}/${verb}`;
    const made = command(`${verb}${argumentOf(noun, place)}`, `${text}${impacts[impact] ?? ""}`);
    if (declared.content !== undefined) {
      addContentCommand(made, cli, (which) => filled(cli, noun, place, which));
      continue;
    }
    const { within: _, ...asked } = input;
    const { mailboxId, ...others } = asked;
    const isNamed = mailboxId !== undefined && place.includes(":mailbox");
    const flags = inputFlags(noun, isNamed ? others : asked);
    addFlags(made, flags);
    if (kind === "command" && declared.tried !== false) changing(made);
    made.action(async (...given: unknown[]) => {
      const which = place.includes(":") ? String(given[0]) : undefined;
      const options = given.at(-2) as Options;
      const values = await valuesOf(cli, flags, options);
      const client = await cli.client();
      const to = await filled(cli, noun, place, which);
      const timeout = declared.timeoutMs === undefined ? {} : { timeoutMs: declared.timeoutMs + 10_000 };
      const found =
        kind === "read"
          ? await client.get<Row>(to, { query: values as Record<string, string> })
          : await client.post<Row>(to, flags.length > 0 ? values : undefined, { ...dry(options), ...timeout });
      const told = particular.answers?.[verb];
      if (told) return told(cli, found as never);
      if (answer === null) return done(found);
      const items = itemsOf(answer);
      if (!items) return cli.show(found, (shown) => Object.entries(shown));
      return cli.list(found.items as Row[], columnsBySchema(items));
    });
  }

  for (const [key, secret] of standard.includes("update") ? Object.entries(secrets) : []) {
    const of = async (which: string) => `${await pathOf(cli, which)}/${kebab(key)}`;
    // By itself it needs no prefix: the command says which.
    const alone = { [secret.kind === "credentials" ? "credentials" : key]: secret };
    const set = addSecretFlags(command(`set-${kebab(key)}${one}`, `Set ${secret.text}`), alone, true);
    changing(set).action(async (...given: unknown[]) => {
      const options = given.at(-2) as Options;
      const [body] = Object.values(await secretsOf(cli, alone, options));
      const sent = changeOf((body ?? {}) as Record<string, unknown>);
      done(await (await cli.client()).put<Row>(await of(String(given[0])), sent, dry(options)));
    });
    changing(command(`remove-${kebab(key)}${one}`, `Remove ${secret.text}`)).action(async (...given: unknown[]) =>
      done(await (await cli.client()).delete<Row>(await of(String(given[0])), dry(given.at(-2) as Options))),
    );
  }
  particular.addCommands?.(group, cli);
}

/** The shape of the items, where an operation answers a list. */
function itemsOf(answer: NonNullable<Operation["answer"]>): object | undefined {
  const { shape } = answer as unknown as { shape?: { items?: { element?: { shape?: object } } } };
  return shape?.items?.element?.shape;
}
