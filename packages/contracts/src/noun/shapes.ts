import { z } from "zod";
import { Instant } from "../ids.ts";
import type { AnyDeclaration, Empty, Fields, Secrets, Showing } from "./declaration.ts";
import type { Field } from "./field.ts";
import type { SecretField } from "./secret-field.ts";

/** Its id, where there may be several of it. */
export type ById<Single extends boolean> = Single extends true ? Empty : { id: z.ZodString };

export type KeptShape<F extends Fields> = { [Name in keyof F]: F[Name]["kept"] };
export type NewShape<F extends Fields> = { [Name in keyof F]: F[Name]["write"] };
type ChangeOf<One extends Field> =
  One["kept"] extends z.ZodOptional<z.ZodType>
    ? z.ZodOptional<z.ZodNullable<One["change"]>>
    : z.ZodOptional<One["change"]>;
export type ChangeShape<F extends Fields> = {
  [Name in keyof F as F[Name]["set"] extends "create" ? never : Name]: ChangeOf<F[Name]>;
};

type Frame<Single extends boolean, Framed extends boolean> = ById<Single> &
  (Framed extends true
    ? { v: z.ZodNumber } & (Single extends true ? Empty : { createdAt: typeof Instant; changedAt: typeof Instant })
    : Empty);
type ShownSecrets<S extends Secrets> = { [Name in keyof S]: S[Name]["shown"] };
type ShownShape<Shown extends Showing> = {
  [Name in keyof Shown]: Shown[Name] extends Field<infer Kept> ? Kept : Shown[Name] & z.ZodType;
};
/** What is shown of an object: frame, fields, what can be seen of its secrets, and what the owner works out. */
export type ViewOf<
  F extends Fields,
  S extends Secrets,
  Shown extends Showing,
  Single extends boolean,
  Framed extends boolean,
> = z.ZodObject<Frame<Single, Framed> & KeptShape<F> & ShownSecrets<S> & ShownShape<Shown>>;

function each(fields: Fields, pick: (one: Field) => z.ZodType | undefined): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, one]) => {
      const schema = pick(one);
      return schema ? [[key, one.text && !schema.description ? schema.describe(one.text) : schema]] : [];
    }),
  );
}

/** One schema for each secret, with its text. */
export function eachSecret(secrets: Secrets, pick: (one: SecretField) => z.ZodType): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(secrets).map(([key, one]) => [key, pick(one).describe(one.text)]));
}

/** The fields as one schema, for an operation that answers just them. */
export function shownOf<F extends Fields>(fields: F): z.ZodObject<KeptShape<F>> {
  return z.object(each(fields, (one) => one.kept)) as unknown as z.ZodObject<KeptShape<F>>;
}

/** What may be written of a noun, what is kept of it and what is shown. */
export function shapesOf({ fields, secrets = {}, shown = {}, id, single, framed }: AnyDeclaration) {
  const kept = each(fields, (one) => one.kept);
  const change = each(fields, (one) => {
    if (one.set === "create") return undefined;
    return one.kept._zod.def.type === "optional" ? one.change.nullable().optional() : one.change.optional();
  });
  const told = Object.entries(shown).map(([key, one]) => [key, "kept" in one ? one.kept.describe(one.text) : one]);
  const byId = single ? {} : { id };
  const View = z.object({
    ...byId,
    ...(framed === false ? {} : { v: z.number().int() }),
    ...kept,
    ...eachSecret(secrets, (one) => one.shown),
    ...Object.fromEntries(told),
    ...(framed === false || single ? {} : { createdAt: Instant, changedAt: Instant }),
  });
  return {
    Kept: z.object(kept),
    New: z.strictObject(each(fields, (one) => one.write)),
    Change: z.strictObject(change),
    View,
  };
}
