import type { AnyNoun, ProblemError } from "@mailfleet/contracts";
import type { z } from "zod";
import { type Audited, auditMessage } from "../audit/audit-message.ts";
import { commandOf } from "../audit/audited.ts";
import { type Page, readPage } from "../pages/page.ts";
import type { CommandInput } from "./command.ts";
import type { ListQuery, Shown, Stored } from "./document.ts";
import { causeOf, type Decision, type Documents, type Made, type OutboxEntry, type Outcome } from "./documents.ts";
import type { Index } from "./indexes.ts";
import { ordersOf } from "./orders.ts";

type Inputs<N extends AnyNoun> = N["requests"];
type NameOf<N extends AnyNoun, Verb extends string> = `${N["owner"]}.${N["name"]}.${Verb}`;
type InputOf<N extends AnyNoun, Verb extends string> =
  NameOf<N, Verb> extends keyof Inputs<N> ? z.output<Inputs<N>[NameOf<N, Verb>]["input"]> : never;
type AnswerOf<N extends AnyNoun, Verb extends string> =
  NameOf<N, Verb> extends keyof Inputs<N> ? z.output<Inputs<N>[NameOf<N, Verb>]["output"]> : never;

type OwnVerbs<N extends AnyNoun, Kind> = {
  [Verb in keyof N["operations"] & string]: N["operations"][Verb] extends {
    kind: Kind;
    collection: false;
    answer: null;
  }
    ? Verb
    : never;
}[keyof N["operations"] & string];
type OtherVerbs<N extends AnyNoun> =
  | Extract<N["standard"][number], "destinations">
  | Exclude<keyof N["operations"] & string, OwnVerbs<N, "command">>;
type Answers<N extends AnyNoun, Verbs extends string> = {
  readonly [Verb in Verbs]: (input: InputOf<N, Verb>) => Promise<AnswerOf<N, Verb>>;
};
type DecidedVerbs<N extends AnyNoun> =
  | Extract<N["standard"][number], "create" | "update" | "delete">
  | OwnVerbs<N, "command">;

/** What deciding gets besides the document and the command. */
export interface Deciding<World> {
  readonly at: number;
  readonly world: World;
}

type Decides<N extends AnyNoun, Body extends object, World> = {
  readonly [Verb in DecidedVerbs<N>]: Verb extends "create"
    ? (input: InputOf<N, Verb>, context: Deciding<World>) => Omit<Made<Body>, "answer"> & { readonly note?: unknown }
    : (before: Stored<Body>, input: InputOf<N, Verb>, context: Deciding<World>) => Decision<Body>;
};

/** For what the world is looked at: showing these documents, or deciding a command about one, or making one. */
export interface Question<Body extends object> {
  readonly documents: readonly Shown<Body>[];
  /** Absent: they are only shown. */
  readonly command?: { readonly verb: string; readonly input: unknown; readonly at: number };
}

/** How a noun is kept: what is decided, what is shown, how it is found. */
export interface Keeping<Ports, N extends AnyNoun, Body extends object, World> {
  /** Name of the collection. */
  readonly collection: string;
  /** Indexes in addition to the kit's. `taken` gets the name of a unique one. */
  readonly indexes?: readonly Index[];
  /** Fields of the body that neither lists nor views need. */
  readonly unlisted?: readonly (keyof Body & string)[];
  /** The refusal for a unique index. */
  readonly taken?: (index: string, body: Body) => ProblemError;
  /** What one is called in refusals, without an article: `profile pf_…`. */
  readonly what?: (id: string) => string;
  /** What showing and deciding must know besides the document. */
  readonly world: (ports: Ports, question: Question<Body>) => Promise<World>;
  readonly view: (document: Shown<Body>, world: World) => z.output<N["View"]>;
  /** Where what lists can be sorted by stands in a document, if not under its own name. */
  readonly sorts?: Readonly<Record<string, string>>;
  /** Usual order and filter of lists. Only living documents are listed. */
  readonly list?: (input: InputOf<N, "list">) => Pick<ListQuery, "filter" | "sort">;
  /**
   * Whether a new or deleted one may stay so, asked after it was written where a decision says `checked`, because
   * another document may have been written at the same moment. A refusal takes it back, also after a crash in between.
   */
  readonly check?: (ports: Ports, document: Stored<Body>) => Promise<ProblemError | null>;
  /** One function for each operation that changes; pure. */
  readonly decide: Decides<N, Body, World>;
  /** Every other operation, and reads that show more or other than the views. */
  readonly answers?: (
    ports: Ports,
  ) => Answers<N, OtherVerbs<N>> & Partial<Answers<N, Extract<N["standard"][number], "get" | "list">>>;
  /** Hears of every accepted command, after its messages were relayed: logs, kicks a tick, forgets what it remembered. */
  readonly after?: (ports: Ports, verb: string, outcome: Outcome<Body>, input: CommandInput) => Promise<void> | void;
  /** The body with which the one document of a noun that has only one begins. */
  readonly initial?: Body;
}

/** A kept noun, as a service lists it. */
export interface Kept<Ports, Body extends object = never, View = unknown> {
  readonly noun: AnyNoun;
  readonly collection: string;
  readonly indexes: readonly Index[];
  readonly unlisted: readonly string[];
  readonly taken: (index: string, body: never) => ProblemError;
  readonly what: (id: string) => string;
  readonly check?: (ports: Ports, document: never) => Promise<ProblemError | null>;
  readonly initial?: object;
  /** Handlers of every request about the noun, by its name. */
  handlers(
    ports: Ports,
    documents: Documents<never>,
    now: () => number,
  ): Readonly<Record<string, (input: never) => Promise<unknown>>>;
  /** Requests whose documents write the audit with the change itself. */
  readonly writesAudit: ReadonlySet<string>;
  /** What a command would make of a document that was read already. Writes and remembers nothing. @throws ProblemError */
  tries(
    ports: Ports,
    now: () => number,
  ): (verb: string, document: Shown<Body>, input: CommandInput) => Promise<Tried<View>>;
}

/** What people see of a document, and what they would see of it; `null`: nothing, it would be gone. */
export interface Tried<View> {
  readonly before: View;
  readonly after: View | null;
}

/** The id of the one document of a noun that has only one. */
export const singleId = "single";

/** Keeps a noun in documents. The compiler asks for a decision for each operation of the declaration. */
export function keep<Ports, Body extends object>() {
  return <const N extends AnyNoun, World>(
    noun: N,
    keeping: Keeping<Ports, N, Body, World>,
  ): Kept<Ports, Body, z.output<N["View"]>> => {
    const nameOf = (verb: string) => `${noun.owner}.${noun.name}.${verb}`;
    const idOf = (input: { id?: string }) => (noun.single ? singleId : (input.id ?? ""));
    const orders = ordersOf(noun.sorts ?? [], keeping);
    type Decider = (before: Stored<Body>, input: unknown, context: Deciding<World>) => Decision<Body>;
    type Maker = (input: unknown, context: Deciding<World>) => Omit<Made<Body>, "answer"> & { note?: unknown };
    const deciders = keeping.decide as unknown as Readonly<Record<string, Decider>>;
    const decided = async (ports: Ports, verb: string, before: Stored<Body>, input: unknown, at: number) => {
      const world = await keeping.world(ports, { documents: [before], command: { verb, input, at } });
      const decision = deciders[verb]?.(before, input, { at, world }) ?? { ignored: `nothing decides ${verb}` };
      return { world, decision };
    };
    /** The entry of the audit: with the change in one write. */
    const entryOf = (verb: string, input: CommandInput, at: number, was: Partial<Audited>): OutboxEntry[] =>
      commandOf(nameOf(verb)) ? [auditMessage({ service: noun.owner, noun, verb, input, at, ...was })] : [];
    const changed = (before: Stored<Body>, decision: Extract<Decision<Body>, { after: Body }>, at: number) =>
      ({ ...before, ...decision.after, v: before.v + 1, changedAt: decision.quiet ? before.changedAt : at }) as never;

    return {
      noun,
      collection: keeping.collection,
      indexes: [...(keeping.indexes ?? []), ...orders.indexes],
      unlisted: keeping.unlisted ?? [],
      taken: (keeping.taken ?? unexpected) as (index: string, body: never) => ProblemError,
      ...(keeping.check ? { check: keeping.check as NonNullable<Kept<Ports>["check"]> } : {}),
      ...(keeping.initial === undefined ? {} : { initial: keeping.initial }),
      writesAudit: new Set(
        Object.keys(keeping.decide)
          .filter((verb) => commandOf(nameOf(verb)))
          .map(nameOf),
      ),
      what: keeping.what ?? ((id) => (noun.single ? noun.name : `${noun.name} ${id}`)),

      tries: (ports, now) => async (verb, document, input) => {
        const at = now();
        const { world, decision } = await decided(ports, verb, document as Stored<Body>, input, at);
        const before = keeping.view(document, world);
        if ("ignored" in decision) return { before, after: before };
        if ("gone" in decision) return { before, after: null };
        return { before, after: keeping.view(changed(document as Stored<Body>, decision, at), world) };
      },

      handlers(ports, unnamed, now) {
        const documents = unnamed as unknown as Documents<Body>;
        const show = async (document: Shown<Body>) =>
          keeping.view(document, await keeping.world(ports, { documents: [document] }));

        const change = (verb: string) => async (input: CommandInput & { id?: string }) => {
          const at = now();
          const id = idOf(input);
          const outcome = await documents.change(id, causeOf(nameOf(verb), input, at), async (before) => {
            const { world, decision } = await decided(ports, verb, before, input, at);
            if ("ignored" in decision) return decision;
            const shown = "gone" in decision ? null : keeping.view(changed(before, decision, at), world);
            const { answer = shown ?? {} } = decision;
            if (input.dryRun) return { ...decision, answer };
            const was = { before: keeping.view(before, world), after: shown, version: before.v + 1 };
            const outbox = [...(decision.outbox ?? []), ...entryOf(verb, input, at, was)];
            return { ...decision, answer, outbox };
          });
          if (outcome.outcome === "ignored" && outcome.after) return show(outcome.after);
          if (outcome.outcome === "accepted") await keeping.after?.(ports, verb, outcome, input);
          return outcome.answer;
        };

        const standard: Record<string, (input: never) => Promise<unknown>> = {
          async create(input: CommandInput & { id: string }) {
            const at = now();
            const { id } = input;
            const cause = causeOf(nameOf("create"), input, at);
            const again = await documents.repeated(id, cause);
            if (again) return again.answer;
            const world = await keeping.world(ports, { documents: [], command: { verb: "create", input, at } });
            const { note, ...made } = (keeping.decide as unknown as { create: Maker }).create(input, { at, world });
            const shown = { ...made.body, _id: id, v: 1, createdAt: at, changedAt: at, living: true } as Shown<Body>;
            const answer = keeping.view(shown, world);
            const outbox = [...(made.outbox ?? []), ...entryOf("create", input, at, { after: answer, version: 1 })];
            const outcome = await documents.create(id, cause, { ...made, answer, outbox });
            if (outcome.outcome === "accepted") await keeping.after?.(ports, "create", { ...outcome, note }, input);
            return outcome.answer;
          },
          get: async (input: { id?: string }) => show(await documents.get(idOf(input))),
          async list(input: { limit: number; cursor?: string; sort?: string }): Promise<Page<unknown>> {
            const usual = keeping.list?.(input as InputOf<N, "list">) ?? { filter: {}, sort: [["_id", 1]] as const };
            const query = input.sort === undefined ? usual : { ...usual, sort: orders.sortBy(input.sort) };
            const read = (page: ListQuery) => documents.list(page);
            return readPage(input, query, read, async (items) => {
              const world = await keeping.world(ports, { documents: items });
              return items.map((document) => keeping.view(document, world));
            });
          },
        };
        const answers = keeping.answers?.(ports) as Record<string, (input: never) => Promise<unknown>> | undefined;
        const verbs = [...noun.standard, ...Object.keys(noun.operations)];
        return Object.fromEntries(
          verbs.map((verb) => [
            nameOf(verb),
            answers?.[verb] ?? (Object.hasOwn(standard, verb) ? standard[verb] : change(verb)),
          ]),
        ) as Record<string, (input: never) => Promise<unknown>>;
      },
    };
  };
}

function unexpected(index: string): ProblemError {
  throw new Error(`the index ${index} refused a write, and no rule says what that means`);
}
