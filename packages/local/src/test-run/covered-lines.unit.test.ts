import assert from "node:assert/strict";
import { test } from "node:test";
import { codeLines, ranLines } from "./covered-lines.ts";

const source = `import { x } from "./x.ts";

/** Named. */
interface Shape {
  readonly name: string;
}

export function never(shape: Shape): string {
  return shape.name;
}
export const always = x ?? never({ name: "ä" });
`;
const texts = codeLines(source).map(({ start, end }) => source.slice(start, end));
const part = (text: string, count: number) => ({
  startOffset: source.indexOf(text),
  endOffset: source.indexOf(text) + text.length,
  count,
});

test("types, comments, imports, blank lines and single brackets are not lines of code", () => {
  assert.deepEqual(texts, [
    "export function never(shape: Shape): string {",
    "return shape.name;",
    'export const always = x ?? never({ name: "ä" });',
  ]);
});

test("a line did not run if a range that was never run holds all of it", () => {
  const body = source.slice(source.indexOf("function never"), source.indexOf("export const"));
  const script = {
    url: "file:///x.ts",
    functions: [{ ranges: [part(source, 1), part('never({ name: "ä" })', 0)] }, { ranges: [part(body, 0)] }],
  };
  assert.deepEqual(ranLines(codeLines(source), script), [true, false, true]);
});

test("a range that ran within one that did not is counted by itself", () => {
  const script = { url: "file:///x.ts", functions: [{ ranges: [part(source, 0), part("return shape.name;", 3)] }] };
  assert.deepEqual(ranLines(codeLines(source), script), [false, true, false]);
});
