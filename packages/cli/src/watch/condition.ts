import type { AnyNoun } from "@mailfleet/contracts";
import { UsageError } from "../exit-codes.ts";
import { type Definition, definition, type Schema } from "../noun/definition.ts";
import type { Row } from "../noun/show.ts";

/** What somebody waits for. */
interface Condition {
  readonly text: string;
  /** `undefined`: it does not exist (any more). */
  holds(row: Row | undefined): boolean;
  /** What is there now, in words. */
  now(row: Row): string;
}

/** What is declared at a path; `undefined` below what has no declared parts. */
function declaredAt(noun: AnyNoun, path: readonly string[]): Definition | undefined {
  let at: Definition | undefined = definition(noun.View);
  for (const [n, name] of path.entries()) {
    const shape: Readonly<Record<string, Schema>> | undefined = at?.shape;
    if (!shape) return undefined;
    const part = shape[name];
    if (!part)
      throw new UsageError(
        `--for: a ${noun.name} has no field ${path.slice(0, n + 1).join(".")}. There are ${Object.keys(shape).join(", ")}.`,
      );
    at = definition(part);
  }
  return at;
}

const valueAt = (row: Row, path: readonly string[]) =>
  path.reduce<unknown>((at, name) => (at as Row | null | undefined)?.[name], row);

/** `enabled` stands for `enabled.running` and all of its kind. */
const isOfKind = (value: string, wanted: string) => value === wanted || value.startsWith(`${wanted}.`);

const spelled: Readonly<Record<string, string>> = { yes: "true", no: "false", none: "" };

/**
 * Reads `field=value`, several values as `a|b`, `field!=value`, `field` (it is there and not `no`), or `deleted`.
 * @throws UsageError for a field or a value that cannot be
 */
export function conditionOf(noun: AnyNoun, text: string): Condition {
  if (text === "deleted") return { text, holds: (row) => row === undefined, now: () => "still there" };
  const [, field = "", sign, said = ""] = /^([\w.]+)(?:(!?=)(.+))?$/.exec(text) ?? [];
  if (field === "") throw new UsageError(`--for must be field=value, field!=value, field or deleted, not ${text}.`);
  const path = field.split(".");
  const declared = declaredAt(noun, path);
  const entries = declared?.entries && Object.values(declared.entries);
  const wanted = said.split("|").map((one) => (declared?.type === "boolean" ? (spelled[one] ?? one) : one));
  const [wrong] = entries && sign ? wanted.filter((one) => !entries.some((value) => isOfKind(value, one))) : [];
  if (entries && wrong !== undefined)
    throw new UsageError(`--for: ${field} is never ${wrong}. It is one of ${entries.join(", ")}.`);
  const textAt = (row: Row) => {
    const value = valueAt(row, path);
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
  };
  const is = (row: Row) => wanted.some((one) => isOfKind(textAt(row), one));
  const holds = (row: Row) => {
    if (sign === undefined) return !["", "false", "0"].includes(textAt(row));
    return sign === "=" ? is(row) : !is(row);
  };
  return {
    text,
    holds: (row) => row !== undefined && holds(row),
    now: (row) => `${field} is ${textAt(row) || "not set"}`,
  };
}
