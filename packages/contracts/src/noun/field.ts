import type { z } from "zod";

/** Whether a field may be changed, or is fixed when the object is made. */
export type FieldSet = "always" | "create";

/** One field of a noun: its rule, what may be written of it, and how people see it. */
export interface Field<
  Kept extends z.ZodType = z.ZodType,
  Write extends z.ZodType = z.ZodType,
  Change extends z.ZodType = z.ZodType,
  Set extends FieldSet = FieldSet,
> {
  /** The rule for what is kept and shown. A default or `.optional()` makes the field optional when it is written. */
  readonly kept: Kept;
  /** What may be written when the object is made. */
  readonly write: Write;
  /** What may be written of it later, without null. */
  readonly change: Change;
  readonly set: Set;
  /** One line for help and documentation. */
  readonly text: string;
  /** Heading of its column in lists; absent: not shown in lists. */
  readonly column?: string;
  /** How a list or a page shows a value; absent: as it is. */
  readonly cell?: (value: never) => string;
  /**
   * The option of the command line, as in `connections <n>`; absent: its name in kebab case. `null`: none. `<file>` stands
   * for a file with the value. Of an object: what the options of its parts begin with.
   */
  readonly flag?: string | null;
  /** Options of single parts of an object, by their path such as `endpoints/token`. */
  readonly flags?: Readonly<Record<string, string | null>>;
  /** An object that is replaced whole. */
  readonly whole?: Whole;
  /** True for the field by which people name an object. */
  readonly label?: true;
}

/**
 * Says that an object is replaced whole: the command line completes what is named from the present value. Where the part
 * `by` gets another value, what `drops` names does not fit any more and is left out; all of it without `drops`.
 */
export interface Whole {
  readonly by?: string;
  readonly drops?: readonly string[];
}

/** The schema without its default and without being optional. */
export type Bare<Schema> =
  Schema extends z.ZodDefault<infer Inner extends z.ZodType>
    ? Bare<Inner>
    : Schema extends z.ZodOptional<infer Inner extends z.ZodType>
      ? Bare<Inner>
      : Schema;

/** Takes default and optional off a schema. */
export function bare<Schema extends z.ZodType>(schema: Schema): Bare<Schema> {
  const { type } = schema._zod.def;
  if (type !== "default" && type !== "optional") return schema as Bare<Schema>;
  return bare((schema as unknown as z.ZodOptional<z.ZodType>).unwrap()) as Bare<Schema>;
}

interface FieldOptions<Kept extends z.ZodType> {
  readonly write?: z.ZodType;
  readonly change?: z.ZodType;
  readonly set?: FieldSet;
  readonly column?: string;
  readonly cell?: (value: z.output<Kept>) => string;
  readonly flag?: string | null;
  readonly flags?: Readonly<Record<string, string | null>>;
  readonly whole?: Whole;
  readonly label?: true;
}
type WriteOf<Kept extends z.ZodType, Options> = Options extends { write: infer Write extends z.ZodType } ? Write : Kept;
type ChangeOf<Kept extends z.ZodType, Options> = Options extends { change: infer Change extends z.ZodType }
  ? Change
  : Bare<WriteOf<Kept, Options>> & z.ZodType;
type SetOf<Options> = Options extends { set: infer Set extends FieldSet } ? Set : "always";

/** Declares a field. What is not given follows from the rule: written as it is kept, changed as it is written. */
export function field<Kept extends z.ZodType, const Options extends FieldOptions<Kept> = Record<never, never>>(
  kept: Kept,
  text: string,
  options?: Options,
): Field<Kept, WriteOf<Kept, Options>, ChangeOf<Kept, Options>, SetOf<Options>> {
  const { write = kept, change = bare(write), set = "always", ...shown }: FieldOptions<Kept> = options ?? {};
  return { kept, write, change, set, text, ...shown } as never;
}
