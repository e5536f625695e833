import type { Schema } from "./compare-schemas.ts";

const text: Schema = { type: "string" };
const object = (properties: Record<string, Schema>, required = Object.keys(properties), more: Schema = {}): Schema => ({
  type: "object",
  properties,
  required,
  ...more,
});

/** What a release changes in what it writes, or reads, and why the other one refuses it. */
export const schemaChanges: readonly {
  readonly what: string;
  readonly writer: Schema;
  readonly reader: Schema;
  readonly refused: readonly string[];
}[] = [
  {
    what: "a field is added, and the reader does not know it",
    writer: object({ a: text, b: text }),
    reader: object({ a: text }),
    refused: [],
  },
  {
    what: "a field is added that the reader may not know and the writer need not write",
    writer: object({ a: text, b: text }, ["a"]),
    reader: object({ a: text }, ["a"], { additionalProperties: false }),
    refused: [],
  },
  {
    what: "a field is added that is always written, where unknown ones are refused",
    writer: object({ a: text, b: text }),
    reader: object({ a: text }, ["a"], { additionalProperties: false }),
    refused: ["b is not known"],
  },
  {
    what: "a field is taken away that the reader needs",
    writer: object({ a: text }),
    reader: object({ a: text, b: text }),
    refused: ["b may be missing"],
  },
  {
    what: "a field becomes optional, deep inside",
    writer: object({ list: { type: "array", items: object({ a: text }, []) } }),
    reader: object({ list: { type: "array", items: object({ a: text }) } }),
    refused: ["list[].a may be missing"],
  },
  {
    what: "a field may be null",
    writer: object({ a: { anyOf: [text, { type: "null" }] } }),
    reader: object({ a: text }),
    refused: ["a may be null, not string"],
  },
  {
    what: "a field may be null, and may have been before",
    writer: object({ a: { type: ["string", "null"] } }),
    reader: object({ a: { anyOf: [{ type: "null" }, text] } }),
    refused: [],
  },
  {
    what: "a field is another type",
    writer: object({ a: { type: "number" } }),
    reader: object({ a: { type: "integer" } }),
    refused: ["a may be number, not integer"],
  },
  {
    what: "a list of words grows",
    writer: { enum: ["a", "b", "c"] },
    reader: { enum: ["a", "b"] },
    refused: ['it may be "c"'],
  },
  { what: "a list of words shrinks", writer: { enum: ["a"] }, reader: { enum: ["a", "b"] }, refused: [] },
  {
    what: "a word becomes free text",
    writer: text,
    reader: { const: "a" },
    refused: ['it may be something else than "a"'],
  },
  { what: "free text becomes a word", writer: { const: "a" }, reader: text, refused: [] },
  {
    what: "a text may be longer",
    writer: { type: "string", maxLength: 200 },
    reader: { type: "string", maxLength: 100 },
    refused: ["it may have another maxLength than 100"],
  },
  { what: "a text may be shorter", writer: { type: "string", maxLength: 9 }, reader: { type: "string" }, refused: [] },
  {
    what: "a number has no lower limit any more",
    writer: { type: "integer" },
    reader: { type: "integer", minimum: 1 },
    refused: ["it may have another minimum than 1"],
  },
  {
    what: "a pattern is another one",
    writer: { type: "string", pattern: "^b" },
    reader: { type: "string", pattern: "^a" },
    refused: ['it may have another pattern than "^a"'],
  },
  {
    what: "another form is written beside those that are read",
    writer: { anyOf: [object({ by: { const: "a" } }), object({ by: { const: "b" } })] },
    reader: { oneOf: [object({ by: { const: "a" } })] },
    refused: ['by may be "b"'],
  },
  {
    what: "the values of a map are of another type",
    writer: { type: "object", additionalProperties: { type: "number" } },
    reader: { type: "object", additionalProperties: text },
    refused: ["it.* may be number, not string"],
  },
  { what: "the reader takes anything", writer: object({ a: text }), reader: {}, refused: [] },
  { what: "anything is written", writer: {}, reader: text, refused: ["it may be anything, not string"] },
];
