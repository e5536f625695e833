import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import PostalMime, { type Address } from "postal-mime";
import { parseMessage } from "../src/parse-message.ts";
import { readHeaders } from "../src/read-headers.ts";
import { allMessages, type CorpusMessage } from "./corpus.ts";
import { differences } from "./differences.ts";

const corpus = allMessages();

type Pair = readonly [name: string, address: string];

/** What a parser reads of a message, as far as all three read it. */
interface Reading {
  readonly subject: string | null;
  readonly from: readonly Pair[];
  readonly to: readonly Pair[];
  readonly date: number | null;
  readonly names: readonly string[];
  readonly text?: string | null;
}

async function our({ raw }: CorpusMessage): Promise<Reading> {
  const { subject, from, to, date } = readHeaders(raw);
  const { attachments, text } = await parseMessage(raw);
  const pairs = (list: typeof from): Pair[] => list.map(({ name, address }) => [name ?? "", address ?? ""]);
  const names = attachments.map(({ filename }) => filename ?? "");
  return { subject, from: pairs(from), to: pairs(to), date, names, text };
}

async function postal({ raw }: CorpusMessage): Promise<Reading> {
  const email = await PostalMime.parse(raw);
  const pairs = (list: readonly Address[] = []): Pair[] =>
    list.flatMap((one) => (one.group ? pairs(one.group) : [[one.name, one.address ?? ""] as const]));
  const date = Date.parse(email.date ?? "");
  return {
    subject: email.subject ?? null,
    from: email.from ? pairs([email.from]) : [],
    to: pairs(email.to),
    date: Number.isNaN(date) ? null : date,
    names: email.attachments.map(({ filename }) => filename ?? ""),
  };
}

/** `null` where there is no Python. */
function python(messages: readonly CorpusMessage[]): Reading[] | null {
  const input = messages.map(({ raw }) => raw.toString("base64")).join("\n");
  const script = fileURLToPath(new URL("read-with-python.py", import.meta.url));
  const { error, status, stdout, stderr } = spawnSync("python3", [script], { input, encoding: "utf8", maxBuffer: 1e8 });
  if (error) return null;
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Reading);
}

/** Blanks and control characters are shown in different ways, which are all right. */
function tidy(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return Array.isArray(value) ? value.map(tidy) : (value ?? "");
}

/** Which of the forms of a message a field shows. */
function formOf(name: string, field: string): string {
  const [kind = "", ...rest] = name.split(": ");
  if (kind !== "mixed") return `${field}: ${rest.join(": ")}`;
  const parts = name.slice("mixed: ".length).split(" | ");
  return parts.find((one) => one.startsWith(`${field}:`)) ?? name;
}

describe(`${corpus.length} messages of odd forms, read by three parsers`, () => {
  const used = new Set<string>();

  async function compare(by: "Python" | "postal-mime", readings: readonly Reading[]) {
    const undecided: string[] = [];
    for (const [at, message] of corpus.entries()) {
      const ours = await our(message);
      for (const [field, theirs] of Object.entries(readings[at] as Reading)) {
        const [a, b] = [tidy(ours[field as keyof Reading]), tidy(theirs)].map((value) => JSON.stringify(value));
        if (a === b) continue;
        const form = formOf(message.name, field === "text" ? "subject" : field);
        const rule = differences.find((one) => (one.by === by || one.by === "both") && one.forms.test(form));
        if (rule) used.add(rule.why);
        else undecided.push(`${field} of "${message.name}": ours ${a}, theirs ${b}`);
      }
    }
    assert.deepEqual(undecided, []);
  }

  test("as postal-mime reads them, but for what is decided", async () => {
    const readings: Reading[] = [];
    for (const message of corpus) readings.push(await postal(message));
    await compare("postal-mime", readings);
  });

  test("as Python reads them, but for what is decided", async (t) => {
    const readings = python(corpus);
    if (readings === null) t.diagnostic("there is no python3: compared with postal-mime alone");
    else await compare("Python", readings);
  });

  test("each decision is still needed, and stands in the README", () => {
    const unused = differences.filter(({ why }) => !used.has(why)).map(({ why }) => why);
    if (python(corpus.slice(0, 1)) !== null) assert.deepEqual(unused, []);
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const listed = differences.map(({ by, why }) => `| ${by} | ${why} |`);
    assert.deepEqual(
      listed.filter((line) => !readme.replace(/ +\|/g, " |").includes(line)),
      [],
    );
  });
});
