import type { z } from "zod";
import type { ProblemCode } from "../problem.ts";
import type { Role } from "../roles.ts";

/** What an operation does to the world, so that people can be asked before it happens. */
export type Impact = "none" | "changes" | "sends" | "destroys";

/** One thing that can be asked of a noun, beside creating, reading, listing, changing and deleting it. */
export interface Operation<
  Input extends z.ZodRawShape = z.ZodRawShape,
  Answer extends z.ZodType | null = z.ZodType | null,
> {
  /** One line for help and documentation, an imperative. */
  readonly text: string;
  /** `command`: changes something, remembered, answered once. `read`: changes nothing. */
  readonly kind: "command" | "read";
  readonly input: Input;
  /** `null`: the object as it is shown. */
  readonly answer: Answer;
  /** True where it concerns no single object. */
  readonly collection: boolean;
  /** The least role; `null`: only other services ask. */
  readonly role: Exclude<Role, "owner"> | null;
  /** Whether the owner of a mailbox may ask it of his own. */
  readonly owner: boolean;
  readonly impact: Impact;
  /** HTTP status of a good answer. */
  readonly status: number;
  /** Refusals with a code of their own. */
  readonly problems: readonly ProblemCode[];
}

/** Declares an operation. A command is for administrators unless it says otherwise, a read for readers. */
export function operation<
  const Input extends z.ZodRawShape = Record<never, never>,
  Answer extends z.ZodType | null = null,
>(declared: {
  readonly text: string;
  readonly kind?: "command" | "read";
  readonly input?: Input;
  readonly answer?: Answer;
  readonly collection?: boolean;
  readonly role?: Exclude<Role, "owner"> | null;
  readonly owner?: boolean;
  readonly impact?: Impact;
  readonly status?: number;
  readonly problems?: readonly ProblemCode[];
}): Operation<Input, Answer> {
  const kind = declared.kind ?? "command";
  return {
    kind,
    input: {} as Input,
    answer: null as Answer,
    collection: false,
    role: kind === "read" ? "reader" : "administrator",
    owner: false,
    impact: kind === "read" ? "none" : "changes",
    status: 200,
    problems: [],
    ...declared,
  };
}
