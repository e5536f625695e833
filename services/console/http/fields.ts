import { paged } from "@mailfleet/contracts";
import { z } from "zod";
import type { Call, Route } from "./route.ts";

/** The parameter by which the reader of a list says which fields of each item are wanted. */
export function fieldsParameter(item: z.ZodObject) {
  const names = Object.keys(item.shape) as [string, ...string[]];
  const isNone = ({ input }: { input?: unknown }) => `${input} is not one of ${names.join(", ")}`;
  const fields = z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(names, { error: isNone })))
    .optional()
    .describe("only these fields of each, separated by commas; what the schema needs besides is left out, too");
  return { fields };
}

/** What is answered if that is less than the schema of the answer: to an owner, or to one who named fields. */
export function lessOf(
  { item, owner }: Route,
  { caller, query }: Pick<Call, "caller" | "query">,
): z.ZodType | undefined {
  const own = caller.role === "owner" ? owner?.answer : undefined;
  const { fields } = (query ?? {}) as { fields?: readonly string[] };
  if (!item || !fields) return own;
  const seen = own instanceof z.ZodObject ? (own as ReturnType<typeof paged<z.ZodObject>>).shape.items.element : item;
  const named = fields.filter((name) => name in seen.shape);
  return paged(seen.pick(Object.fromEntries(named.map((name) => [name, true])) as Record<string, never>));
}
