import { alertCodes, type Leaf, problemCodes, rulesOf } from "@mailfleet/contracts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { Failed } from "../exit-codes.ts";
import { facts } from "../table.ts";
import { type OptionedLeaf, optionedLeavesOf, settable } from "./leaves.ts";
import { vendorFields } from "./vendor-fields.ts";

/** What is known of a field or a code, as `--json` prints it. */
type Explained = Readonly<Record<string, string | undefined>>;

const vendorNames = (name: string) =>
  Object.values(vendorFields).flatMap((fields) =>
    Object.entries(fields).flatMap(([vendor, standing]) =>
      "here" in standing && standing.here.includes(name) ? [vendor] : [],
    ),
  );

function ofField(noun: string, leaf: OptionedLeaf): Explained {
  const name = nameOf(noun, leaf);
  return {
    field: name,
    "what it is for": leaf.text,
    values: rulesOf(leaf).join("; "),
    option: leaf.option,
    "in Dynamics 365": vendorNames(name).join(", ") || undefined,
  };
}

const nameOf = (noun: string, { path }: Pick<Leaf, "path">) => [noun, ...path].join(".");

/** A field by its name, with or without the noun, or all below a name. */
function fields(what: string): Explained[] {
  const asked = what.toLowerCase();
  return settable.flatMap((noun) =>
    optionedLeavesOf(noun).flatMap((leaf) => {
      const name = nameOf(noun.name, leaf).toLowerCase();
      const named = [name, leaf.path.join(".").toLowerCase()];
      const isMeant = named.some((one) => one === asked || one.startsWith(`${asked}.`));
      return isMeant ? [ofField(noun.name, leaf)] : [];
    }),
  );
}

function codes(what: string): Explained[] {
  const code = what.toUpperCase();
  const alert = Object.hasOwn(alertCodes, code) ? alertCodes[code as keyof typeof alertCodes] : undefined;
  const problem = Object.hasOwn(problemCodes, code) ? problemCodes[code as keyof typeof problemCodes] : undefined;
  return [
    ...(alert ? [{ code, severity: alert.severity, meaning: alert.text, "what to do": alert.remedy }] : []),
    ...(problem ? [{ code, "HTTP status": String(problem.status), meaning: problem.title }] : []),
  ];
}

/** `mailfleet explain`: a field as it is declared, or a code of a failure, an alert or a refusal. */
export function addExplainCommand(program: Command, cli: Cli): void {
  program
    .command("explain <field-or-code>")
    .description("say what a field or a code means, such as profile.inbound.port or CONSENT_EXPIRED")
    .action((what: string) => {
      const found = [...fields(what), ...codes(what)];
      if (found.length === 0)
        throw new Failed(`There is no field and no code ${what}. docs/fields.md and docs/alerts.md list all of them.`);
      cli.show(found, (all) =>
        all.map((one) => facts(Object.entries(one).filter(([, value]) => value !== undefined))).join("\n\n"),
      );
    });
}
