import { type AnyNoun, rulesOf } from "@mailfleet/contracts";
import { type OptionedLeaf, optionedLeavesOf, settable } from "./leaves.ts";
import { ownFields, type Standing, vendorFields } from "./vendor-fields.ts";

const code = (text: string) => `\`${text}\``;

function fieldLine(leaf: OptionedLeaf): string {
  const { path, option, text } = leaf;
  return `- ${code(path.join("."))}${option === undefined ? "" : ` (${code(option)})`}: ${text}. _${rulesOf(leaf).join("; ")}._`;
}

function nounLines(noun: AnyNoun): string {
  const secrets = Object.entries(noun.secrets).map(([name, { text }]) => `- ${code(name)}: ${text}. _A secret._`);
  return [...optionedLeavesOf(noun).map(fieldLine), ...secrets].join("\n");
}

const withoutNoun = (path: string) => path.slice(path.indexOf(".") + 1);

function standingLine([name, standing]: readonly [string, Standing]): string {
  if ("here" in standing) {
    const fields = standing.here.map((path) => code(withoutNoun(path))).join(", ");
    return `- ${code(name)}: ${fields}${standing.note ? `; ${standing.note}` : ""}`;
  }
  if ("command" in standing) return `- ${code(name)}: ${standing.command}`;
  if ("never" in standing) return `- ${code(name)} does not apply: ${standing.never}`;
  return `- ${code(name)} is **missing**: ${standing.missing}`;
}

const standings = (fields: Readonly<Record<string, Standing>>) => Object.entries(fields).map(standingLine).join("\n");

/** Fields of ours that the tables name. */
export const namedFields: readonly string[] = Object.values(vendorFields).flatMap((fields) =>
  Object.values(fields).flatMap((standing) => ("here" in standing ? standing.here : [])),
);

const title = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", " ")}`;

/** `docs/fields.md`: every field that people set, from the declarations, and what each field of Dynamics 365 is here. */
export function fieldsPage(): string {
  const all = Object.values(vendorFields).flatMap((fields) => Object.values(fields));
  const count = (key: string) => all.filter((one) => key in one).length;
  return `${[
    "# Fields",
    "Made from the declarations by `node packages/cli/scripts/write-fields.ts`; do not edit. It lists every field that people set, and then what corresponds to each field of Dynamics 365 (server-side synchronisation).",
    "Each field has its name in the API and its option on the command line. If a value is missing, of the wrong type, out of range or contradicts another, Mailfleet changes nothing, and names the field, the rule and the option.",
    ...settable.flatMap((noun) => [
      `## ${title(noun.name)}`,
      `${noun.text.charAt(0).toUpperCase()}${noun.text.slice(1)}.`,
      nounLines(noun),
    ]),
    "## Dynamics 365",
    `Of ${all.length} fields ${count("here")} are fields here, ${count("command")} are answered by a command, ${count("never")} do not apply, and ${count("missing")} are missing.`,
    "### E-mail server profile",
    standings(vendorFields.profile),
    "### Mailbox",
    standings(vendorFields.mailbox),
    "### Settings of the organisation",
    standings(vendorFields.settings),
    "### Only here",
    `Without a counterpart there: ${ownFields.map(code).join(", ")}.`,
  ].join("\n\n")}\n`;
}
