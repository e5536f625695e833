import type { AnyNoun, ProblemError } from "@mailfleet/contracts";
import type { z } from "zod";
import { type Page, readPage } from "../pages/page.ts";
import type { CommandInput } from "./command.ts";
import type { ListQuery, Stored } from "./document.ts";
import { causeOf, type Decision, type Documents, type OutboxEntry, type Outcome } from "./documents.ts";
import type { DocumentIndex } from "./indexes.ts";

type Inputs<N extends AnyNoun> = N["requests"];
type NameOf<N extends AnyNoun, Verb extends string> = `${N["owner"]}.${N["name"]}.${Verb}`;
type InputOf<N extends AnyNoun, Verb extends string> =
  NameOf<N, Verb> extends keyof Inputs<N> ? z.output<Inputs<N>[NameOf<N, Verb>]["input"]> : never;
type AnswerOf<N extends AnyNoun, Verb extends string> =
  NameOf<N, Verb> extends keyof Inputs<N> ? z.output<Inputs<N>[NameOf<N, Verb>]["output"]> : never;

type OwnVerbs<N extends AnyNoun, Kind> = {
  [Verb in keyof N["operations"] & string]: N["operations"][Verb] extends { kind: Kind; collection: false }
    ? Verb
    : never;
}[keyof N["operations"] & string];
type OtherVerbs<N extends AnyNoun> = Exclude<keyof N["operations"] & string, OwnVerbs<N, "command">>;
type ChangingVerbs<N extends AnyNoun> = Extract<N["standard"][number], "update" | "delete"> | OwnVerbs<N, "command">;

/** What deciding gets besides the document and the command. */
export interface Deciding<World> {
  readonly at: number;
  readonly world: World;
}

type Decides<N extends AnyNoun, Body extends object, World> = {
  readonly [Verb in ChangingVerbs<N>]: (
    before: Stored<Body>,
    input: InputOf<N, Verb>,
    context: Deciding<World>,
  ) => Decision<Body>;
} & ("create" extends N["standard"][number]
  ? {
      readonly create: (
        input: InputOf<N, "create">,
        context: Deciding<World>,
      ) => { readonly after: Body; readonly outbox?: readonly OutboxEntry[]; readonly note?: unknown };
    }
  : unknown);

/** For what the world is looked at: showing these documents, or deciding this command about one. */
export interface Question {
  readonly ids: readonly string[];
  /** The document as it is; absent when it is made, or when documents are only shown. */
  readonly before?: object;
  readonly verb?: string;
  readonly input?: unknown;
}

/** How a noun is kept: what is decided, what is shown, how it is found. */
export interface Keeping<Ports, N extends AnyNoun, Body extends object, World> {
  readonly noun: N;
  /** Name of the collection. */
  readonly collection: string;
  /** Indexes in addition to the kit's. `taken` gets the name of a unique one. */
  readonly indexes?: readonly DocumentIndex[];
  /** The refusal for a unique index. */
  readonly taken?: (index: string, body: Body) => ProblemError;
  /** What one is called in refusals, without an article: `profile pf_…`. */
  readonly what?: (id: string) => string;
  /** What showing and deciding must know besides the document. */
  readonly world: (ports: Ports, question: Question) => Promise<World>;
  readonly view: (document: Stored<Body>, world: World) => z.output<N["View"]>;
  /** Order and filter of lists. Only living documents are listed. */
  readonly list?: (input: InputOf<N, "list">) => Pick<ListQuery, "filter" | "sort">;
  /** One function for each operation that changes; pure. */
  readonly decide: Decides<N, Body, World>;
  /** Every other operation. */
  readonly answers?: (ports: Ports) => {
    readonly [Verb in OtherVerbs<N>]: (input: InputOf<N, Verb>) => Promise<AnswerOf<N, Verb>>;
  };
  /**
   * Hears of every accepted command, after its messages were relayed: logs, kicks a tick, forgets what it remembered.
   */
  readonly after?: (ports: Ports, verb: string, outcome: Outcome<Body>, input: CommandInput) => void;
}

/** A kept noun, as a service lists it. */
export interface Kept<Ports> {
  readonly noun: AnyNoun;
  readonly collection: string;
  readonly indexes: readonly DocumentIndex[];
  readonly taken: (index: string, body: never) => ProblemError;
  readonly what: (id: string) => string;
  /** Handlers of every request about the noun, by its name. */
  handlers(
    ports: Ports,
    documents: Documents<never>,
    list: (query: ListQuery) => Promise<object[]>,
    now: () => number,
  ): Readonly<Record<string, (input: never) => Promise<unknown>>>;
}

/** The id of the one document of a noun that has only one. */
export const singleId = "single";

/** Keeps a noun in documents. The compiler asks for a decision for each operation of the declaration. */
export function keep<Ports, Body extends object>() {
  return <const N extends AnyNoun, World>(keeping: Keeping<Ports, N, Body, World>): Kept<Ports> => {
    const { noun } = keeping;
    const nameOf = (verb: string) => `${noun.owner}.${noun.name}.${verb}`;
    const idOf = (input: { id?: string }) => (noun.single ? singleId : (input.id ?? ""));
    type Decider = (before: Stored<Body>, input: unknown, context: Deciding<World>) => Decision<Body>;
    type Maker = (input: unknown, context: Deciding<World>) => { after: Body; outbox?: OutboxEntry[]; note?: unknown };
    const deciders = keeping.decide as unknown as Readonly<Record<string, Decider>>;

    return {
      noun,
      collection: keeping.collection,
      indexes: keeping.indexes ?? [],
      taken: (keeping.taken ?? unexpected) as (index: string, body: never) => ProblemError,
      what: keeping.what ?? ((id) => (noun.single ? noun.name : `${noun.name} ${id}`)),

      handlers(ports, unnamed, list, now) {
        const documents = unnamed as unknown as Documents<Body>;
        const show = async (document: Stored<Body>) =>
          keeping.view(document, await keeping.world(ports, { ids: [document._id], before: document }));

        const change = (verb: string) => async (input: CommandInput & { id?: string }) => {
          const at = now();
          const id = idOf(input);
          const outcome = await documents.change(id, causeOf(nameOf(verb), input, at), async (before) => {
            const world = await keeping.world(ports, { ids: [id], before, verb, input });
            const decision = deciders[verb]?.(before, input, { at, world }) ?? { ignored: `nothing decides ${verb}` };
            if ("ignored" in decision || decision.answer !== undefined) return decision;
            if ("gone" in decision) return { ...decision, answer: {} };
            const after = { ...before, ...decision.after, v: before.v + 1, changedAt: at };
            return { ...decision, answer: keeping.view(after, world) };
          });
          if (outcome.outcome === "ignored" && outcome.after) return show(outcome.after);
          if (outcome.outcome === "accepted") keeping.after?.(ports, verb, outcome, input);
          return outcome.answer;
        };

        const standard: Record<string, (input: never) => Promise<unknown>> = {
          async create(input: CommandInput & { id: string }) {
            const at = now();
            const { id } = input;
            const world = await keeping.world(ports, { ids: [id], verb: "create", input });
            const made = (keeping.decide as unknown as { create: Maker }).create(input, { at, world });
            const shown = { ...made.after, _id: id, v: 1, createdAt: at, changedAt: at } as Stored<Body>;
            const outcome = await documents.create(id, causeOf(nameOf("create"), input, at), {
              body: made.after,
              ...(made.outbox ? { outbox: made.outbox } : {}),
              answer: keeping.view(shown, world),
            });
            if (outcome.outcome === "accepted")
              keeping.after?.(ports, "create", { ...outcome, note: made.note }, input);
            return outcome.answer;
          },
          get: async (input: { id?: string }) => show(await documents.get(idOf(input))),
          async list(input: { limit: number; cursor?: string }): Promise<Page<unknown>> {
            const query = keeping.list?.(input as InputOf<N, "list">) ?? { filter: {}, sort: [["_id", 1]] as const };
            const { items, next } = await readPage(input, query, (page) => list(page) as Promise<Stored<Body>[]>);
            const world = await keeping.world(ports, { ids: items.map(({ _id }) => _id) });
            return { items: items.map((document) => keeping.view(document, world)), next };
          },
        };
        const answers = keeping.answers?.(ports) as Record<string, (input: never) => Promise<unknown>> | undefined;
        const verbs = [...noun.standard, ...Object.keys(noun.operations)];
        return Object.fromEntries(
          verbs.map((verb) => [
            nameOf(verb),
            Object.hasOwn(standard, verb) ? standard[verb] : (answers?.[verb] ?? change(verb)),
          ]),
        ) as Record<string, (input: never) => Promise<unknown>>;
      },
    };
  };
}

function unexpected(index: string): ProblemError {
  throw new Error(`the index ${index} refused a write, and no rule says what that means`);
}
