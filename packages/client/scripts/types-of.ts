/** What is looked at of a JSON Schema in the OpenAPI document. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}
interface Operation {
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content; readonly required?: boolean };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
/** The part of the OpenAPI document that becomes types. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const base = "/api/v1";
const json = "application/json";
const comment = (text: string | undefined) =>
  text ? `/** ${text.replaceAll("*/", "* /").replaceAll(/\s+/g, " ")} */\n` : "";
const literal = (value: unknown) => JSON.stringify(value);
const nameOf = (key: string) => (/^[A-Za-z_]\w*$/.test(key) ? key : literal(key));

function member(key: string, schema: Schema, isNeeded: boolean, text = schema.description): string {
  return `${comment(text)}readonly ${nameOf(key)}${isNeeded ? "" : "?"}: ${typeOf(schema)}${isNeeded ? "" : " | undefined"};\n`;
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const members = Object.entries(properties).map(([key, one]) => member(key, one, required.includes(key)));
  if (members.length > 0) return `{\n${members.join("")}}`;
  const value = typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown";
  return additionalProperties === false ? "Record<never, never>" : `Readonly<Record<string, ${value}>>`;
}

/** A schema as a type of TypeScript. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "unknown";
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(" | ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return [...new Set(options.map(typeOf))].join(" | ");
  const { type } = schema;
  if (Array.isArray(type)) return type.map((one: string) => typeOf({ ...schema, type: one })).join(" | ");
  if (type === "array") return `readonly (${typeOf(schema.items ?? {})})[]`;
  if (type === "object") return objectOf(schema);
  if (type === "integer" || type === "number") return "number";
  return typeof type === "string" ? type : "unknown";
}

function operation(
  method: string,
  path: string,
  { summary, parameters = [], requestBody, responses }: Operation,
): string {
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith("2")) ?? [];
  const answer = success?.content?.[json]?.schema;
  // What is not JSON has methods of its own.
  if (success?.content && !answer) return "";
  const body = requestBody?.content[json]?.schema;
  if (requestBody && !body) return "";
  const part = (where: string) => {
    const own = parameters.filter((one) => one.in === where);
    const members = own.map((one) => member(one.name, one.schema, one.required === true, one.description));
    return members.length > 0 ? `{\n${members.join("")}}` : "undefined";
  };
  const takes = body ? `${typeOf(body)}${requestBody?.required ? "" : " | undefined"}` : "undefined";
  return [
    `${comment(summary)}"${method.toUpperCase()} ${path.replace(base, "")}": {`,
    `readonly path: ${part("path")};`,
    `readonly query: ${part("query")};`,
    `readonly body: ${takes};`,
    `readonly answer: ${answer ? typeOf(answer) : "undefined"};`,
    "};\n",
  ].join("\n");
}

/** The types of the API: what has a name, and every operation that takes and answers JSON. */
export function typesOf({ paths, components }: ApiDocument): string {
  const named = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `${comment(schema.description ?? "As the API takes or shows it.")}export type ${name} = ${typeOf(schema)};\n`,
  );
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => operation(method, path, one)),
  );
  return [
    "// Made from the OpenAPI document by `node packages/client/scripts/write-types.ts`; do not edit.\n",
    ...named,
    "/** Every operation that takes and answers JSON, by method and path. Points in time are ISO 8601. */",
    `export interface Operations {\n${operations.join("")}}\n`,
  ].join("\n");
}
