import { type Leaf, ruleOf } from "@mailfleet/contracts";
import type { z } from "zod";

/** A value that must be refused, and what is wrong with it. */
export interface Wrong {
  readonly what: string;
  readonly value: unknown;
}

const wrong = (what: string, value: unknown): Wrong => ({ what, value });

/** Values as the API takes them that break the rule of a field: of the wrong type, out of range, too long. */
function breaking(schema: z.ZodType): Wrong[] {
  const { type, entries, options, element, isInstant, minValue, maxValue, maxLength } = ruleOf(schema);
  if (isInstant) return [wrong("no point in time", "tomorrow"), wrong("a number", 5)];
  if (entries) return [wrong("none of the words", "no-such-word"), wrong("a number", 5)];
  if (options) return [wrong("a number", 5), wrong("none of the words", "no-such-word")];
  if (element)
    return [wrong("no list", 5), ...breaking(element).map(({ what, value }) => wrong(`a list with ${what}`, [value]))];
  if (type === "boolean") return [wrong("a word", "maybe"), wrong("a number", 1)];
  if (type === "number")
    return [
      wrong("a word", "many"),
      wrong("too small", Number(minValue) - 1),
      wrong("too large", Number(maxValue) + 1),
      wrong("a fraction", Number(minValue) + 0.5),
    ];
  return [
    wrong("a number", 5),
    wrong("a list", ["a"]),
    ...(maxLength ? [wrong("too long", "a".repeat(maxLength + 1))] : []),
  ];
}

/** Everything that is wrong for a field. What must not be taken away must not be null. */
export function wrongValues({ schema }: Leaf): Wrong[] {
  const goes = schema.safeParse(undefined).success || schema.safeParse(null).success;
  return [...breaking(schema), ...(goes ? [] : [wrong("null", null)])];
}

/** Writes `value` at its place in a body, beside what is there. */
export function putInto(body: Record<string, unknown>, [first = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    body[first] = value;
    return;
  }
  body[first] ??= {};
  putInto(body[first] as Record<string, unknown>, rest, value);
}
