import { exampleValues, otherExamples, refusalExample, usualValues } from "./example-values.ts";

/** What is looked at of a JSON Schema (2020-12), as the OpenAPI document holds it. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  examples?: readonly unknown[];
}
type Named = Readonly<Record<string, Schema>>;

const typesOf = ({ type }: Schema): readonly string[] => [type ?? []].flat();
const optionsOf = ({ anyOf, oneOf }: Schema) => anyOf ?? oneOf;
const target = ({ $ref = "" }: Schema, named: Named): Schema => named[$ref.split("/").at(-1) ?? ""] ?? {};

function fitsText(schema: Schema, value: string): boolean {
  const { format, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  if (format === "date-time" && !/^\d{4}-.*Z$/.test(value)) return false;
  if (format === "uri" && !value.startsWith("https:")) return false;
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) return false;
  return value.length >= minLength && value.length <= maxLength;
}

/** Whether a value is what a schema allows, as far as values of examples go. */
function fits(schema: Schema, value: unknown, named: Named): boolean {
  if (schema.$ref !== undefined) return fits(target(schema, named), value, named);
  const options = optionsOf(schema);
  if (options) return options.some((one) => fits(one, value, named));
  if (schema.const !== undefined) return value === schema.const;
  if (schema.enum) return schema.enum.includes(value);
  const types = typesOf(schema);
  if (value === null) return types.includes("null");
  if (Array.isArray(value))
    return types.includes("array") && value.every((one) => fits(schema.items ?? {}, one, named));
  if (typeof value === "object") {
    const { properties = {}, required = [], additionalProperties } = schema;
    if (!types.includes("object") || required.some((key) => !Object.hasOwn(value, key))) return false;
    return Object.entries(value).every(([key, one]) =>
      properties[key] ? fits(properties[key], one, named) : additionalProperties !== false,
    );
  }
  if (typeof value === "string") return types.includes("string") && fitsText(schema, value);
  if (typeof value === "number") return ["integer", "number"].some((type) => types.includes(type));
  return types.includes(typeof value);
}

/** An id such as `mb_4k7d2m9q`, if the pattern is one of ids. */
const idOf = ({ pattern = "" }: Schema) => /^\^(?:\(\?:)?([a-z]{2}_)/.exec(pattern)?.[1]?.concat("4k7d2m9q");

/** An example of what a schema allows: what must be there, and what has a value by its name. */
function exampleOf(schema: Schema, named: Named, name = "", depth = 0): unknown {
  const inner = (one: Schema, own = name) => exampleOf(one, named, own, depth + 1);
  const { properties = {}, required = [], items } = schema;
  const values = Object.hasOwn(exampleValues, name) ? exampleValues[name] : undefined;
  const known = [...(values ?? []), idOf(schema)].find((value) => value !== undefined && fits(schema, value, named));
  if (known !== undefined) return known;
  if (schema.$ref !== undefined) return inner(target(schema, named));
  if (!values && fits(schema, null, named)) return null;
  const given = schema.const ?? schema.default ?? schema.enum?.[0];
  if (given !== undefined) return given;
  const option = optionsOf(schema)?.find((one) => one.type !== "null");
  if (option) return inner(option);
  const [type] = typesOf(schema);
  if (type === "object") {
    const isTold = (key: string) => required.includes(key) || (depth < 2 && Object.hasOwn(exampleValues, key));
    const told = Object.entries(properties).filter(([key]) => isTold(key));
    const shown = told.length > 0 ? told : Object.entries(properties).slice(0, 1);
    return Object.fromEntries(shown.map(([key, one]) => [key, inner(one, key)]));
  }
  if (type === "array") return items ? [inner(items)] : [];
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return Math.max(1, schema.minimum ?? 1);
  return usualValues.find((value) => fits({ ...schema, type: "string" }, value, named));
}

/** The bodies of a call or an answer, by media type. */
type Content = Record<string, { readonly schema?: Schema; readonly example?: unknown }>;

/** The part of the OpenAPI document that gets examples. */
export interface Exemplified {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Exemplary>>>>;
  readonly components: { readonly schemas: Named };
}
interface Exemplary {
  requestBody?: { readonly content: Content; readonly required?: boolean };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** Adds an example to each body and answer; to a schema with a name once, where it stands. */
export function addExamples({ paths, components: { schemas } }: Exemplified): void {
  for (const [name, schema] of Object.entries(schemas))
    if (schema.type === "object") schema.examples = [name === "Problem" ? refusalExample : exampleOf(schema, schemas)];
  for (const { requestBody, responses } of Object.values(paths).flatMap((path) => Object.values(path)))
    for (const { content = {} } of [...(requestBody ? [requestBody] : []), ...Object.values(responses)])
      for (const [type, one] of Object.entries(content)) {
        const isJson = type === "application/json" && one.schema && one.schema.$ref === undefined;
        const example = otherExamples[type] ?? (isJson ? exampleOf(one.schema, schemas) : undefined);
        if (example !== undefined) content[type] = { ...one, example };
      }
}
