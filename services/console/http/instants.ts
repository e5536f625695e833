import { Instant } from "@mailfleet/contracts";
import { z } from "zod";

/**
 * Inside Mailfleet a point in time is milliseconds since the epoch; the API takes and shows ISO 8601 (contracts/ids).
 * Decoding gives the number, encoding the text.
 */
export const IsoInstant = z.codec(
  z.iso.datetime({ offset: true, error: "must be a point in time such as 2026-01-31T08:00:00Z" }),
  z.number(),
  { decode: (text) => Date.parse(text), encode: (at) => new Date(at).toISOString() },
);

const known = new WeakMap<z.ZodType, z.ZodType>();

/** What `z.ZodType` hides: the parts that a schema is made of. */
interface Parts {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly valueType?: z.ZodType;
}

function mapped(schema: z.ZodType): z.ZodType {
  // A described clone shares its definition with the original.
  if (schema._zod.def === Instant._zod.def) {
    const { description } = schema;
    return description === undefined ? IsoInstant : IsoInstant.describe(description);
  }
  const parts = schema._zod.def as unknown as Parts;
  const changed: Partial<Record<keyof Parts, unknown>> = {};
  if (parts.shape)
    changed.shape = Object.fromEntries(Object.entries(parts.shape).map(([key, part]) => [key, isoInstants(part)]));
  if (parts.element) changed.element = isoInstants(parts.element);
  if (parts.innerType) changed.innerType = isoInstants(parts.innerType);
  if (parts.options && parts.type === "union") changed.options = parts.options.map(isoInstants);
  if (parts.valueType) changed.valueType = isoInstants(parts.valueType);
  if (Object.keys(changed).length === 0) return schema;
  const clone = schema.clone({ ...schema._zod.def, ...changed } as typeof schema._zod.def);
  // A clone forgets what the schema is described as.
  return schema.description === undefined ? clone : clone.describe(schema.description);
}

/** The same schema with every `Instant` as ISO 8601 text on the outside. What it decodes to stays the same. */
export function isoInstants<Schema extends z.ZodType>(schema: Schema): Schema {
  const before = known.get(schema);
  if (before) return before as Schema;
  const after = mapped(schema);
  known.set(schema, after);
  return after as Schema;
}
