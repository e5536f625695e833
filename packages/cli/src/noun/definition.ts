import { bare } from "@mailfleet/contracts";

/** What `z.ZodType` hides of a schema's parts. */
export interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly entries?: Readonly<Record<string, string>>;
}
export interface Schema {
  readonly _zod: { readonly def: unknown };
}

/** The definition of a schema without default, optional and null. Two schemas are the same rule if it is the same object. */
export function definition(schema: Schema): Definition {
  const def = (bare(schema as never) as Schema)._zod.def as Definition;
  return def.type === "nullable" && def.innerType ? definition(def.innerType) : def;
}
