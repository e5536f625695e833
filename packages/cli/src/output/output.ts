import { nouns } from "@mailfleet/contracts";
import { type Command, Option } from "commander";
import { type Column, facts, growing, table, type View } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { chosen } from "./columns.ts";
import { type TimeForm, timeForms } from "./times.ts";

const forms = ["table", "wide", "json", "jsonl", "yaml", "name"] as const;
type Form = (typeof forms)[number];

/** What a person reads about an answer: a text, or names and values below each other. */
type Words = string | readonly (readonly [string, unknown])[];

/** How answers are printed, as the options say. */
export interface Output {
  /** True where people read: remarks and questions have a place. */
  readonly forPeople: boolean;
  /** Whether a list would show this field. */
  shows(column: { readonly name: string; readonly wide?: boolean }): boolean;
  /** One answer. */
  show<Answer>(answer: Answer, words: (answer: Answer) => Words): void;
  /** Rows in columns. `answer`: what is printed as data, where it is not the rows. */
  list<Row>(
    rows: readonly Row[],
    columns: readonly Column<Row>[],
    more?: { readonly none?: string; readonly answer?: unknown },
  ): void;
  /** Rows that are printed with a heading now; the answer prints further ones below them, in the same columns. */
  growing<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): (more: readonly Row[]) => void;
  /** One thing with what belongs to it. */
  describe(answer: unknown, entries: () => readonly (readonly [string, unknown])[], related: readonly Section[]): void;
  /** One item of a stream without end. */
  each<Item>(item: Item, words: (item: Item) => string): void;
}

/** A table below what is said of one thing. */
interface Section {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly columns: readonly Column<Readonly<Record<string, unknown>>>[];
  readonly none: string;
}

interface Options {
  readonly output?: Form;
  readonly json?: true;
  readonly columns?: string;
  readonly time?: TimeForm;
}

/** Adds the options that say how answers are printed. */
export function addOutputOptions(program: Command): void {
  program
    .addOption(new Option("-o, --output <form>", "how answers are printed; table if absent").choices(forms))
    .option("--json", "the same as -o json")
    .option("--columns <names>", "columns of a list, separated by commas: headings, or fields such as approval.by")
    .addOption(
      new Option(
        "--time <form>",
        "points in time for people; on a terminal relative in lists and local elsewhere, utc otherwise",
      ).choices(timeForms),
    );
}

/** What people call a thing, where it can be used as an argument: the name of what they made, its id otherwise. */
function nameOf(answer: unknown): string {
  if (typeof answer !== "object" || answer === null) return String(answer);
  const row = answer as Readonly<Record<string, unknown>>;
  const noun = nouns.find(({ single, id }) => !single && id.safeParse(row.id).success);
  const label = noun?.standard.includes("update")
    ? Object.keys(noun.fields).find((name) => noun.fields[name]?.label)
    : undefined;
  return String((label && row[label]) ?? row.id ?? row.address ?? row.mailboxId ?? "");
}

type Printer = (answer: unknown) => string;

/** How data is printed. `yaml` is loaded only where it is needed: it costs every call its time otherwise. */
const printers: Readonly<Record<Exclude<Form, "table" | "wide">, () => Promise<Printer>>> = {
  json: async () => (answer) => JSON.stringify(answer ?? {}, null, 2),
  jsonl: async () => (answer) =>
    (Array.isArray(answer) ? answer : [answer ?? {}]).map((one) => JSON.stringify(one)).join("\n"),
  yaml: async () => {
    const { stringify } = await import("yaml");
    return (answer) => stringify(answer ?? {}, { lineWidth: 0 }).trimEnd();
  },
  name: async () => (answer) => (Array.isArray(answer) ? answer : [answer]).map(nameOf).filter(Boolean).join("\n"),
};

/** Prints as the options of the command say, once they are read. */
export function outputOf(program: Command, terminal: Pick<Terminal, "out" | "cells">): Output {
  const options = () => program.opts<Options>();
  const form = (): Form => options().output ?? (options().json ? "json" : "table");
  const forPeople = () => form() === "table" || form() === "wide";
  const names = () =>
    options()
      .columns?.split(",")
      .map((name) => name.trim());
  const view = (usual: TimeForm): View => ({
    cells: terminal.cells,
    wide: form() === "wide",
    times: options().time ?? (terminal.cells === undefined ? "utc" : usual),
  });
  let printer: Printer = String;
  program.hook("preAction", async () => {
    const asked = form();
    if (asked !== "table" && asked !== "wide") printer = await printers[asked]();
  });
  const print = (text: string) => {
    if (text !== "") terminal.out(text);
  };
  return {
    get forPeople() {
      return forPeople();
    },
    shows: ({ name, wide }) =>
      forPeople() && (names()?.some((one) => one.toLowerCase() === name.toLowerCase()) ?? (!wide || form() === "wide")),
    show: (answer, words) => {
      if (!forPeople()) return print(printer(answer));
      const said = words(answer);
      terminal.out(typeof said === "string" ? said : facts(said, view("local")));
    },
    list: (rows, columns, { none, answer = rows } = {}) => {
      if (!forPeople()) return print(printer(answer));
      const some = chosen(columns, rows, { names: names(), wide: form() === "wide" });
      terminal.out(table(rows, some, none, view("relative")));
    },
    growing: (columns, rows) => {
      const each = (some: typeof rows) => {
        for (const row of some)
          print(form() === "yaml" ? `---\n${printer(row)}` : form() === "name" ? printer(row) : JSON.stringify(row));
      };
      if (!forPeople()) {
        each(rows);
        return each;
      }
      const some = chosen(columns, rows, { names: names(), wide: form() === "wide" });
      const grown = growing(rows, some, view("relative"));
      terminal.out(grown.text);
      return (more) => {
        if (more.length > 0) terminal.out(grown.more(more));
      };
    },
    describe: (answer, entries, related) => {
      if (!forPeople()) return print(printer(answer));
      const sections = related.map(
        ({ name, rows, columns, none }) => `\n${name.toUpperCase()}\n${table(rows, columns, none, view("relative"))}`,
      );
      terminal.out([facts(entries(), view("local")), ...sections].join("\n"));
    },
    each: (item, words) => {
      if (forPeople()) return terminal.out(words(item));
      if (form() === "yaml") return terminal.out(`---\n${printer(item)}`);
      return print(form() === "name" ? printer(item) : JSON.stringify(item));
    },
  };
}
