import { read } from "../api.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}
interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { requestBody?: { content: Readonly<Record<string, { schema: Schema }>> } }>>
    >
  >;
}

/** One value of a form, as the API describes it. */
export interface FormField {
  /** Names in the body. */
  readonly path: readonly string[];
  readonly kind: "text" | "number" | "choice" | "yes-no" | "time" | "lines" | "secret";
  readonly text: string | undefined;
  /** Whether it may be taken away. */
  readonly mayBeEmpty: boolean;
  readonly required: boolean;
  readonly options: readonly string[];
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly maxLength: number | undefined;
}

let document_: Promise<Document> | undefined;

/** The values that can be written to a path, from the API's own description: a new field of a noun is here by itself. */
export async function formFields(method: "post" | "patch", path: string): Promise<readonly FormField[]> {
  document_ ??= read<Document>("/openapi.json");
  const { paths, components } = await document_.catch((error) => {
    document_ = undefined;
    throw error;
  });
  const body = paths[`/api/v1${path}`]?.[method]?.requestBody?.content["application/json"]?.schema ?? {};
  const plain = (schema: Schema): { schema: Schema; nullable: boolean } => {
    if (schema.$ref) return plain(components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
    const parts = schema.anyOf ?? schema.oneOf;
    if (!parts) return { schema, nullable: false };
    const some = parts.filter(({ type }) => type !== "null");
    const found = some.length === 1 ? plain(some[0] ?? {}).schema : {};
    return {
      schema: { ...found, description: schema.description ?? found.description },
      nullable: some.length < parts.length,
    };
  };
  const fieldsOf = (given: Schema, above: readonly string[], optional: boolean): FormField[] =>
    Object.entries(given.properties ?? {}).flatMap(([name, part]) => {
      const { schema, nullable } = plain(part);
      const at = [...above, name];
      const required = !optional && (given.required?.includes(name) ?? false);
      const description = part.description ?? schema.description;
      if (schema.properties && above.length < 2) return fieldsOf(schema, at, !required);
      const kind = kindOf(schema, name);
      if (!kind) return [];
      const { enum: options = [], minimum, maximum, maxLength } = schema;
      return [
        { path: at, kind, text: description, mayBeEmpty: nullable, required, options, minimum, maximum, maxLength },
      ];
    });
  return fieldsOf(plain(body).schema, [], false);
}

function kindOf({ type, enum: options, format, items }: Schema, name: string): FormField["kind"] | null {
  if (/^(password|clientSecret)$/.test(name)) return "secret";
  if (options) return "choice";
  if (format === "date-time") return "time";
  if (type === "boolean") return "yes-no";
  if (type === "integer" || type === "number") return "number";
  if (type === "array") return items?.type === "string" ? "lines" : null;
  return type === "string" ? "text" : null;
}
