/** What of JSON Schema the contracts use, as zod writes it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Schemas of one release, which refer to each other. */
export interface Schemas {
  readonly definitions: Readonly<Record<string, Schema>>;
}

/** One schema among others. */
interface Side {
  readonly schema: Schema;
  readonly among: Schemas;
}

const lowest = ["minimum", "minLength", "minItems"] as const;
const highest = ["maximum", "maxLength", "maxItems"] as const;
const same = ["pattern", "format"] as const;

/**
 * Why a reader refuses something that a writer may write: a sentence for each place, none if it reads everything. A field
 * that the writer need not write and the reader does not know is no reason, also where the reader takes no unknown ones:
 * whoever writes it is told so, by name.
 */
export function refusals(writer: Side, reader: Side, at = ""): readonly string[] {
  const [from, to] = [resolved(writer), resolved(reader)];
  const place = at === "" ? "it" : at;
  const choices = choicesOf(from.schema);
  if (choices) return choices.flatMap((schema) => refusals({ ...from, schema }, to, at));
  const accepted = choicesOf(to.schema);
  if (accepted) return closest(accepted.map((schema) => refusals(from, { ...to, schema }, at)));

  const wanted = valuesOf(to.schema);
  const written = valuesOf(from.schema);
  if (wanted) {
    if (!written) return [`${place} may be something else than ${wanted.map(show).join(", ")}`];
    return written.filter((one) => !wanted.includes(one)).map((one) => `${place} may be ${show(one)}`);
  }
  const { type } = to.schema;
  if (typeof type !== "string") return [];
  if (written) return written.flatMap((one) => ofType(one, type, place));
  if (from.schema.type !== type && !(from.schema.type === "integer" && type === "number"))
    return [`${place} may be ${from.schema.type ?? "anything"}, not ${type}`];
  return [...limits(from.schema, to.schema, place), ...inside(from, to, at, place)];
}

function inside(from: Side, to: Side, at: string, place: string): readonly string[] {
  if (to.schema.type === "array") {
    if (!to.schema.items) return [];
    return refusals({ ...from, schema: from.schema.items ?? {} }, { ...to, schema: to.schema.items }, `${at}[]`);
  }
  if (to.schema.type !== "object") return [];
  const { properties: written = {}, required = [], additionalProperties: others = true } = from.schema;
  const { properties: known = {}, required: needed = [], additionalProperties: rest = true } = to.schema;
  const field = (name: string) => (at === "" ? name : `${at}.${name}`);
  const missing = needed.filter((name) => !required.includes(name)).map((name) => `${field(name)} may be missing`);
  const unknown = Object.keys(written).filter((name) => !Object.hasOwn(known, name));
  const refused = rest === false ? unknown.filter((name) => required.includes(name)) : [];
  const ofRest = typeof rest === "object" ? rest : null;
  return [
    ...missing,
    ...refused.map((name) => `${field(name)} is not known`),
    ...Object.entries(known).flatMap(([name, schema]) => {
      const own = written[name];
      return own ? refusals({ ...from, schema: own }, { ...to, schema }, field(name)) : [];
    }),
    ...(ofRest && typeof others === "object"
      ? refusals({ ...from, schema: others }, { ...to, schema: ofRest }, `${place}.*`)
      : []),
  ];
}

function limits(from: Schema, to: Schema, place: string): readonly string[] {
  const low = lowest.filter((one) => to[one] !== undefined && (from[one] ?? Number.NEGATIVE_INFINITY) < to[one]);
  const high = highest.filter((one) => to[one] !== undefined && (from[one] ?? Number.POSITIVE_INFINITY) > to[one]);
  const other = same.filter((one) => to[one] !== undefined && from[one] !== to[one]);
  return [...low, ...high, ...other].map((one) => `${place} may have another ${one} than ${show(to[one])}`);
}

function resolved({ schema, among }: Side): Side {
  if (schema.$ref === undefined) return { schema, among };
  const found = among.definitions[schema.$ref.replace(/^.*\//, "")];
  if (!found) throw new Error(`there is no ${schema.$ref}`);
  return resolved({ schema: found, among });
}

/** Each form that it may have. */
function choicesOf(schema: Schema): readonly Schema[] | undefined {
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => ({ ...schema, type }));
  return schema.anyOf ?? schema.oneOf;
}

const valuesOf = ({ enum: values, const: value }: Schema) => values ?? (value === undefined ? null : [value]);
const show = (value: unknown) => JSON.stringify(value);

function ofType(value: unknown, type: string, place: string): readonly string[] {
  const own = value === null ? "null" : typeof value;
  return own === type || (type === "integer" && Number.isInteger(value)) ? [] : [`${place} may be ${show(value)}`];
}

/** Of several readers the one that refuses least. */
const closest = (all: readonly (readonly string[])[]) =>
  all.reduce((best, one) => (one.length < best.length ? one : best), all[0] ?? ["nothing is accepted"]);
