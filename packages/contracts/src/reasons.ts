import { z } from "zod";

const types: Readonly<Record<string, string>> = {
  string: "must be text",
  number: "must be a number",
  int: "must be a whole number",
  boolean: "must be true or false",
  array: "must be a list",
  object: "must be an object",
};
const formats: Readonly<Record<string, string>> = {
  email: "must be an e-mail address",
  url: "must be a URL",
  datetime: "must be a point in time such as 2027-05-31T08:00:00Z",
};
const units: Readonly<Record<string, string>> = { string: " characters", array: " entries" };

/** `a, b or c` */
const anyOf = (values: readonly unknown[]) => values.join(", ").replace(/, ([^,]*)$/, " or $1");

/**
 * Why a value is refused, in words that follow its name: `--kind must be user, queue or forward`. `undefined`: zod's own
 * words. The words that a field gives itself come first.
 */
export function reasonOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is needed" : types[issue.expected];
    case "invalid_value":
      return issue.input === undefined ? "is needed" : `must be ${anyOf(issue.values)}`;
    case "too_small":
      if (issue.minimum === 1 && units[issue.origin]) return "must not be empty";
      return `must ${units[issue.origin] ? "have" : "be"} at least ${issue.minimum}${units[issue.origin] ?? ""}`;
    case "too_big":
      return `must ${units[issue.origin] ? "have" : "be"} at most ${issue.maximum}${units[issue.origin] ?? ""}`;
    case "invalid_format":
      return formats[issue.format] ?? "does not have the right form";
    default:
      return undefined;
  }
}

z.config({ customError: reasonOf });
