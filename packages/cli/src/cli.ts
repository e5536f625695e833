import { readFile } from "node:fs/promises";
import { ApiClient } from "@mailfleet/client";
import type { Command } from "commander";
import { type Named, whereAndWho } from "./context/where.ts";
import { UsageError } from "./exit-codes.ts";
import { type Output, outputOf } from "./output/output.ts";
import type { Terminal } from "./terminal.ts";
import { unreadBecause } from "./unread.ts";

/** What every command needs. */
export interface Cli extends Output {
  readonly terminal: Terminal;
  /** The client, made on first use: `--help` needs no token. */
  client(): Promise<ApiClient>;
  /** A remark for people only; silent where data is printed. */
  remark(text: string): void;
  /** A password from `--password-stdin` or asked for without echo; never an argument. */
  password(fromInput: boolean | undefined, question: string): Promise<string>;
  /** Asks before something is removed. Throws `UsageError` for any answer but yes, and where there is nobody to ask. */
  confirm(question: string, yes: boolean | undefined): Promise<void>;
  /** Remembers which option stands for a field of the body, so that a refusal can name it. */
  nameFlag(pointer: string, flag: string): void;
  /** The option for a field that a refusal points at. */
  flagFor(pointer: string): string | undefined;
}

/** Reads the options that all commands share. */
export function createCli(program: Command, terminal: Terminal): Cli {
  const output = outputOf(program, terminal);
  const flags = new Map<string, string>();
  let client: Promise<ApiClient> | undefined;
  const connect = async () =>
    new ApiClient({
      ...(await whereAndWho(program.opts<Named>(), terminal)),
      onSlow: (seconds) => terminal.err(`The console has not answered for ${seconds} s; still waiting.`),
    });
  return {
    terminal,
    nameFlag: (pointer, flag) => void flags.set(pointer, flag),
    // An entry of a list has the option of the list.
    flagFor: (pointer) => flags.get(pointer) ?? flags.get(pointer.replace(/\/\d+(\/.*)?$/, "")),
    client: () => {
      client ??= connect();
      return client;
    },
    get forPeople() {
      return output.forPeople;
    },
    shows: output.shows,
    show: output.show,
    list: output.list,
    growing: output.growing,
    describe: output.describe,
    each: output.each,
    remark: (text) => {
      if (output.forPeople) terminal.out(text);
    },
    confirm: async (question, yes) => {
      if (yes) return;
      const answer = await terminal.ask(`${question} Type yes: `);
      if (answer === null) throw new UsageError(`${question} There is no terminal to ask: use --yes if you mean it.`);
      if (answer.trim().toLowerCase() !== "yes") throw new UsageError("Nothing was removed.");
    },
    password: async (fromInput, question) => {
      const password = fromInput
        ? (await terminal.readInput()).toString("utf8").replace(/\r?\n$/, "")
        : await terminal.askSecret(question);
      if (password === "") throw new UsageError("The password is empty.");
      return password;
    },
  };
}

/** A whole number within bounds, for `argParser`. */
export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new UsageError(`${name} must be ${least} to ${most}, not ${text}.`);
    return value;
  };
}

/** For options that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** The file's JSON, or standard input's for `-`. */
export async function readJson(cli: Cli, file: string): Promise<Record<string, unknown>> {
  const text = file === "-" ? (await cli.terminal.readInput()).toString("utf8") : await readText(file);
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new UsageError(`${file === "-" ? "Standard input" : file} is not valid JSON.`);
  }
}

/** A file's text; a missing file is wrong usage. */
export async function readText(file: string): Promise<string> {
  return (await readBytes(file)).toString("utf8");
}

/** A file's bytes; a missing file is wrong usage. */
export async function readBytes(file: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${unreadBecause(error)}.`);
  }
}

/** Only what is set; an empty change is wrong usage. */
export function changeOf(values: Record<string, unknown>): Record<string, unknown> {
  const change = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  if (Object.keys(change).length === 0) throw new UsageError("Nothing to change: name at least one option.");
  return change;
}
