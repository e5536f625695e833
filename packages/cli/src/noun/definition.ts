import { bare } from "@mailfleet/contracts";

/** What `z.ZodType` hides of a schema's parts. */
export interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly entries?: Readonly<Record<string, string>>;
}
/** A schema with its parts. */
export interface Schema {
  readonly _zod: { readonly def: Definition };
  readonly description?: string | undefined;
  safeParse(value: unknown): { success: boolean; error?: { issues: readonly { message: string }[] } };
}

/** A schema without default, optional and null, and whether it had the last one. */
export function core(schema: Schema): { readonly schema: Schema; readonly nullable: boolean } {
  const inner = bare(schema as never) as unknown as Schema;
  const { type, innerType } = inner._zod.def;
  if (type !== "nullable" || !innerType) return { schema: inner, nullable: false };
  return { schema: core(innerType).schema, nullable: true };
}

/** The definition of a schema's core. Two schemas are the same rule if it is the same object. */
export const definition = (schema: { readonly _zod: { readonly def: unknown } }): Definition =>
  core(schema as Schema).schema._zod.def;
