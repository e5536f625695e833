import type { z } from "zod";
import type { ProblemCode } from "../problem.ts";
import type { NeededRole } from "../roles.ts";

/** What an operation does to the world, so that people can be asked before it happens. */
export type Impact = "none" | "changes" | "sends" | "destroys";

/** One thing that can be asked of a noun, besides creating, reading, listing, changing and deleting it. */
export interface Operation<
  Kind extends OperationKind = OperationKind,
  Input extends z.ZodRawShape = z.ZodRawShape,
  Answer extends z.ZodType | null = z.ZodType | null,
  Collection extends boolean = boolean,
> {
  /** One line for help and documentation, an imperative. */
  readonly text: string;
  readonly kind: Kind;
  readonly input: Input;
  /** `null`: the object as it is shown. */
  readonly answer: Answer;
  /** True where it concerns no single object. */
  readonly collection: Collection;
  /** The least role; `null`: only other services ask. */
  readonly role: NeededRole | null;
  /** Whether owners may ask it of their own mailboxes. */
  readonly owner: boolean;
  readonly impact: Impact;
  /** HTTP status of a good answer. */
  readonly status: number;
  /** Refusals with their own code. */
  readonly problems: readonly ProblemCode[];
  /** Its path in the HTTP API, where the usual one does not serve; parameters as in the noun's `places`. */
  readonly at?: string;
  /** Its HTTP method, where the usual one does not serve. */
  readonly method?: "DELETE";
  /** `false` where it cannot be tried without effect, though other commands of the noun can. */
  readonly tried?: false;
  /** How long it may take in milliseconds, where that is longer than usual. */
  readonly timeoutMs?: number;
  /** Media type of what it reads: requested in pieces (`offset`, `length`) and answered as one stream of bytes. */
  readonly content?: string;
}

/**
 * `command`: changes something, is remembered, answered once. `read`: changes nothing. `internal`: asked by other services
 * only, with exactly its input; not remembered.
 */
export type OperationKind = "command" | "read" | "internal";

interface Declared {
  readonly text: string;
  readonly kind?: OperationKind;
  readonly input?: z.ZodRawShape;
  readonly answer?: z.ZodType;
  readonly collection?: boolean;
  readonly role?: NeededRole | null;
  readonly owner?: boolean;
  readonly impact?: Impact;
  readonly status?: number;
  readonly problems?: readonly ProblemCode[];
  readonly at?: string;
  readonly method?: "DELETE";
  readonly tried?: false;
  readonly timeoutMs?: number;
  readonly content?: string;
}
type Given<Of, Name extends string, Otherwise> = Of extends { readonly [Key in Name]: infer Value } ? Value : Otherwise;
type KindOf<One> = Given<One, "kind", "command"> & OperationKind;
type InputOf<One> = Given<One, "input", Record<never, never>> extends infer Shape extends z.ZodRawShape ? Shape : never;
type AnswerOf<One> = Given<One, "answer", null> extends infer Answer extends z.ZodType | null ? Answer : never;
type CollectionOf<One> = Given<One, "collection", false> & boolean;

/** Declares an operation. A command is for administrators unless it says otherwise, a read for readers. */
export function operation<const One extends Declared>(
  declared: One,
): Operation<KindOf<One>, InputOf<One>, AnswerOf<One>, CollectionOf<One>> {
  const kind = declared.kind ?? "command";
  return {
    kind,
    input: {},
    answer: null,
    collection: false,
    role: { command: "administrator", read: "reader", internal: null }[kind],
    owner: false,
    impact: kind === "command" ? "changes" : "none",
    status: 200,
    problems: [],
    ...declared,
  } as never;
}
