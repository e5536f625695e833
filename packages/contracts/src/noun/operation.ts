import type { z } from "zod";
import type { ProblemCode } from "../problem.ts";
import type { Role } from "../roles.ts";

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
  readonly role: Exclude<Role, "owner"> | null;
  /** Whether owners may ask it of their own mailboxes. */
  readonly owner: boolean;
  readonly impact: Impact;
  /** HTTP status of a good answer. */
  readonly status: number;
  /** Refusals with their own code. */
  readonly problems: readonly ProblemCode[];
}

/** `command`: changes something, is remembered, answered once. `read`: changes nothing. */
export type OperationKind = "command" | "read";

interface Declared {
  readonly text: string;
  readonly kind?: OperationKind;
  readonly input?: z.ZodRawShape;
  readonly answer?: z.ZodType;
  readonly collection?: boolean;
  readonly role?: Exclude<Role, "owner"> | null;
  readonly owner?: boolean;
  readonly impact?: Impact;
  readonly status?: number;
  readonly problems?: readonly ProblemCode[];
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
    role: kind === "read" ? "reader" : "administrator",
    owner: false,
    impact: kind === "read" ? "none" : "changes",
    status: 200,
    problems: [],
    ...declared,
  } as never;
}
